"""Parameter groups of clusters: kept and shown; sessions of the stand-in set their own.

https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html
"""

from collections.abc import Mapping
from dataclasses import replace

from lochan.redshift.api.provisioned import pages, tags
from lochan.redshift.api.provisioned.errors import (
    ClusterParameterGroupAlreadyExists,
    ClusterParameterGroupNotFound,
    InvalidClusterParameterGroupState,
    InvalidParameterCombination,
    InvalidParameterValue,
)
from lochan.redshift.api.records import ParameterGroup
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_FAMILIES = ("redshift-1.0", "redshift-2.0")
DEFAULT = "default.redshift-2.0"

# https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html, with
# what each holds and whether a change waits for a restart.
_PARAMETERS: Mapping[str, tuple[str, str, str]] = {
    "auto_analyze": ("true", "boolean", "static"),
    "auto_mv": ("true", "boolean", "static"),
    "datestyle": ("ISO, MDY", "string", "static"),
    "enable_case_sensitive_identifier": ("false", "boolean", "static"),
    "enable_user_activity_logging": ("false", "boolean", "static"),
    "extra_float_digits": ("0", "integer", "static"),
    "max_concurrency_scaling_clusters": ("1", "integer", "static"),
    "max_cursor_result_set_size": ("default", "integer", "static"),
    "query_group": ("default", "string", "static"),
    "require_ssl": ("true", "boolean", "static"),
    "search_path": ("$user, public", "string", "static"),
    "statement_timeout": ("0", "integer", "static"),
    "use_fips_ssl": ("false", "boolean", "static"),
    "wlm_json_configuration": ('[{"auto_wlm":true}]', "string", "static"),
}


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateClusterParameterGroup; names are kept in lower case."""
    name = request["ParameterGroupName"].lower()
    if name in state.parameter_groups or name.startswith("default."):
        raise ClusterParameterGroupAlreadyExists(f"Parameter group {name} already exists.")
    family = request["ParameterGroupFamily"]
    if family not in _FAMILIES:
        raise InvalidParameterValue(f"There is no parameter group family {family}.")
    state.parameter_groups[name] = ParameterGroup(name, family, request["Description"], {})
    tags.put_list(state, state.arn("parametergroup", name), request.get("Tags", []))
    return {"ClusterParameterGroup": _describe(state, state.parameter_groups[name])}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeClusterParameterGroups."""
    named = request.get("ParameterGroupName")
    groups = [find(state, named)] if named else [_default(), *state.parameter_groups.values()]
    shown = [
        group
        for group in groups
        if pages.has_tags(state, state.arn("parametergroup", group.name), request)
    ]
    page, marker = pages.cut(shown, lambda group: group.name, request)
    return {"ParameterGroups": [_describe(state, group) for group in page], **marker}


def list_parameters(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeClusterParameters: all, those of the user, or those of the engine."""
    group = find(state, request["ParameterGroupName"])
    shown = [
        _describe_parameter(group, name)
        for name in _PARAMETERS
        if request.get("Source", _source(group, name)) == _source(group, name)
    ]
    page, marker = pages.cut(shown, lambda parameter: str(parameter["ParameterName"]), request)
    return {"Parameters": page, **marker}


def modify(state: RedshiftState, request: Shape) -> Shape:
    """Answer ModifyClusterParameterGroup."""
    group = _find_own(state, request["ParameterGroupName"])
    values = {item["ParameterName"]: item["ParameterValue"] for item in request["Parameters"]}
    _check_known(values)
    return _keep(state, replace(group, values={**group.values, **values}))


def reset(state: RedshiftState, request: Shape) -> Shape:
    """Answer ResetClusterParameterGroup."""
    group = _find_own(state, request["ParameterGroupName"])
    names = {item["ParameterName"] for item in request.get("Parameters", [])}
    if names and request.get("ResetAllParameters"):
        raise InvalidParameterCombination("ResetAllParameters and Parameters exclude one another.")
    _check_known(dict.fromkeys(names, ""))
    gone = set(group.values) if request.get("ResetAllParameters") else names
    values = {name: value for name, value in group.values.items() if name not in gone}
    return _keep(state, replace(group, values=values))


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteClusterParameterGroup."""
    group = _find_own(state, request["ParameterGroupName"])
    for cluster in state.clusters.values():
        if cluster.parameter_group == group.name:
            raise InvalidClusterParameterGroupState(
                f"Parameter group {group.name} is used by the cluster {cluster.identifier}."
            )
    tags.drop(state, state.arn("parametergroup", group.name))
    del state.parameter_groups[group.name]
    return {}


def find(state: RedshiftState, name: str) -> ParameterGroup:
    """Return a parameter group, AWS's own among them, or refuse."""
    if name == DEFAULT:
        return _default()
    group = state.parameter_groups.get(name.lower())
    if group is None:
        raise ClusterParameterGroupNotFound(f"Parameter group {name} not found.")
    return group


def _default() -> ParameterGroup:
    return ParameterGroup(DEFAULT, "redshift-2.0", "Default parameter group for redshift-2.0", {})


def _find_own(state: RedshiftState, name: str) -> ParameterGroup:
    if name == DEFAULT:
        raise InvalidClusterParameterGroupState(f"{DEFAULT} is AWS's own and cannot be changed.")
    return find(state, name)


def _check_known(values: Mapping[str, str]) -> None:
    unknown = sorted(values.keys() - _PARAMETERS.keys())
    if unknown:
        raise InvalidParameterValue(f"Could not find parameter with name: {unknown[0]}.")


def _keep(state: RedshiftState, group: ParameterGroup) -> Shape:
    state.parameter_groups[group.name] = group
    return {
        "ParameterGroupName": group.name,
        "ParameterGroupStatus": "Your parameter group has been updated. If you changed only dynamic"
        " parameters, associated clusters are being modified now. If you changed static parameters,"
        " all updates, including dynamic parameters, will be applied when you reboot the associated"
        " clusters.",
    }


def _source(group: ParameterGroup, name: str) -> str:
    return "user" if name in group.values else "engine-default"


def _describe_parameter(group: ParameterGroup, name: str) -> Shape:
    default, type_name, applies = _PARAMETERS[name]
    return {
        "ParameterName": name,
        "ParameterValue": group.values.get(name, default),
        "Source": _source(group, name),
        "DataType": type_name,
        "ApplyType": applies,
        "IsModifiable": True,
    }


def _describe(state: RedshiftState, group: ParameterGroup) -> Shape:
    return {
        "ParameterGroupName": group.name,
        "ParameterGroupFamily": group.family,
        "Description": group.description,
        "Tags": tags.show(state, state.arn("parametergroup", group.name)),
    }
