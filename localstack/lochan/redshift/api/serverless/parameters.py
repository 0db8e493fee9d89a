"""The parameters of a workgroup's databases: kept and shown; sessions set their own.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_ConfigParameter.html
"""

from collections.abc import Mapping, Sequence

from lochan.redshift.api.serverless.errors import ValidationException

# AWS shows these nine where nothing was given.
DEFAULTS: Mapping[str, str] = {
    "auto_mv": "true",
    "datestyle": "ISO, MDY",
    "enable_case_sensitive_identifier": "false",
    "enable_user_activity_logging": "true",
    "query_group": "default",
    "search_path": "$user, public",
    "max_query_execution_time": "14400",
    "require_ssl": "true",
    "use_fips_ssl": "false",
}
# https://docs.aws.amazon.com/redshift/latest/dg/cm-c-wlm-query-monitoring-rules.html
_METRICS = (
    *("max_query_cpu_time", "max_query_blocks_read", "max_scan_row_count"),
    *("max_query_execution_time", "max_query_queue_time", "max_query_cpu_usage_percent"),
    *("max_query_temp_blocks_to_disk", "max_join_row_count", "max_nested_loop_join_row_count"),
)
_KNOWN = {*DEFAULTS, *_METRICS, "wlm_json_configuration"}


def merge(parameters: Mapping[str, str], given: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Return parameters with those of a request among them."""
    changed = {item["parameterKey"]: item.get("parameterValue", "") for item in given}
    unknown = sorted(changed.keys() - _KNOWN)
    if unknown:
        raise ValidationException(
            f"There is no parameter {unknown[0]}: take {', '.join(sorted(_KNOWN))}."
        )
    metrics = sorted(changed.keys() & set(_METRICS))
    if metrics and "wlm_json_configuration" in changed:
        raise ValidationException(
            f"wlm_json_configuration and {metrics[0]} exclude one another: name one of them."
        )
    return {**parameters, **changed}


def describe(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    """Return parameters as AWS shows them."""
    return [
        {"parameterKey": key, "parameterValue": value} for key, value in sorted(parameters.items())
    ]
