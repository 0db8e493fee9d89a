"""What exists in an account, as AWS's own operations tell it, in a form that compares.

Account numbers, ids that AWS makes, times and what is empty are taken out; a key is told by its
alias, JSON by its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Clients = Callable[[str], Any]
Inventory = dict[str, Any]

# Times and ids: different whenever something is made.
FLEETING = frozenset(
    {"CatalogId", "CreatedBy", "CreatedOn", "CreateTime", "CreationTime", "CrawlElapsedTime"}
    | {"LastUpdated", "LastUpdatedBy", "LastUpdatedTime", "LastModifiedOn", "VersionId"}
    | {"CreatedTimeStamp"}
)


def buckets(clients: Clients) -> Inventory:
    """Describe each bucket: who may see it, how it is encrypted, what is kept how long."""
    s3 = clients("s3")
    return {name: _describe_bucket(s3, name) for name in _own_buckets(s3)}


def objects(clients: Clients) -> Inventory:
    """Tell the content of each object in the assets bucket."""
    s3 = clients("s3")
    found = {}
    for bucket in (name for name in _own_buckets(s3) if name.endswith("-assets")):
        for listed in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            head = s3.head_object(Bucket=bucket, Key=listed["Key"])
            encryption = (head.get("ServerSideEncryption"), head.get("BucketKeyEnabled"))
            found[listed["Key"]] = (head["Metadata"], listed["Size"], encryption)
    return found


def keys(clients: Clients) -> Inventory:
    """Describe each key by its alias: its policy, and whether it is rotated."""
    kms = clients("kms")
    found = {}
    for alias, key in _aliases(clients).items():
        described = kms.describe_key(KeyId=key)["KeyMetadata"]
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        rotated = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
        found[alias] = (described["Description"], described["KeyState"], rotated, policy)
    return found


def roles(clients: Clients) -> Inventory:
    """Describe each role: who takes it, and everything that it allows."""
    iam = clients("iam")
    return {
        role["RoleName"]: {
            "description": role.get("Description"),
            "trust": role["AssumeRolePolicyDocument"],
            "policies": {
                name: iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)[
                    "PolicyDocument"
                ]
                for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
            },
            "attached": iam.list_attached_role_policies(RoleName=role["RoleName"])[
                "AttachedPolicies"
            ],
        }
        for role in iam.list_roles()["Roles"]
    }


def secrets(clients: Clients) -> Inventory:
    """Tell each secret's value and key."""
    manager = clients("secretsmanager")
    return {
        secret["Name"]: {
            "value": json.loads(manager.get_secret_value(SecretId=secret["Name"])["SecretString"]),
            "key": secret.get("KmsKeyId"),
        }
        for secret in manager.list_secrets()["SecretList"]
    }


def log_groups(clients: Clients) -> Inventory:
    """Tell how long each log group keeps its events, and with which key."""
    groups = clients("logs").describe_log_groups()["logGroups"]
    return {
        group["logGroupName"]: (group.get("retentionInDays"), group.get("kmsKeyId"))
        for group in groups
    }


def _glue(operation: str, member: str) -> Callable[[Clients], Inventory]:
    def describe(clients: Clients) -> Inventory:
        listed = getattr(clients("glue"), operation)()[member]
        return {_glue_name(item): item for item in listed}

    return describe


INVENTORIES: Mapping[str, Callable[[Clients], Inventory]] = {
    "keys": keys,
    "buckets": buckets,
    "objects": objects,
    "roles": roles,
    "secrets": secrets,
    "log_groups": log_groups,
    "databases": _glue("get_databases", "DatabaseList"),
    "connections": _glue("get_connections", "ConnectionList"),
    "classifiers": _glue("get_classifiers", "Classifiers"),
    "security_configurations": _glue("get_security_configurations", "SecurityConfigurations"),
    "crawlers": _glue("get_crawlers", "Crawlers"),
    "jobs": _glue("get_jobs", "Jobs"),
    "triggers": _glue("get_triggers", "Triggers"),
}


# What Terraform makes beside what is declared: by name.
WHOLE: Mapping[str, Callable[[Clients], set[str]]] = {
    "vpcs": lambda clients: {
        vpc["CidrBlock"]
        for vpc in clients("ec2").describe_vpcs(
            Filters=[{"Name": "is-default", "Values": ["false"]}]
        )["Vpcs"]
    },
    "addresses": lambda clients: {
        tag["Value"]
        for address in clients("ec2").describe_addresses()["Addresses"]
        for tag in address["Tags"]
        if tag["Key"] == "Name"
    },
    "workgroups": lambda clients: {
        f"{workgroup['workgroupName']} {workgroup['status']}"
        for workgroup in clients("redshift-serverless").list_workgroups()["workgroups"]
    },
    "namespaces": lambda clients: {
        namespace["namespaceName"]
        for namespace in clients("redshift-serverless").list_namespaces()["namespaces"]
    },
    "clusters": lambda clients: {
        f"{cluster['ClusterIdentifier']} {cluster['ClusterStatus']}"
        for cluster in clients("redshift").describe_clusters()["Clusters"]
    },
    "subnet_groups": lambda clients: {
        group["ClusterSubnetGroupName"]
        for group in clients("redshift").describe_cluster_subnet_groups()["ClusterSubnetGroups"]
    },
    "workers": lambda clients: {
        cluster["clusterName"]
        for cluster in clients("ecs").describe_clusters(
            clusters=clients("ecs").list_clusters()["clusterArns"]
        )["clusters"]
        if cluster["status"] == "ACTIVE"
    },
    "task_definitions": lambda clients: {
        arn.rpartition("/")[2].partition(":")[0]
        for arn in clients("ecs").list_task_definitions()["taskDefinitionArns"]
    },
    "alarms": lambda clients: {
        alarm["AlarmName"] for alarm in clients("cloudwatch").describe_alarms()["MetricAlarms"]
    },
    "dashboards": lambda clients: {
        board["DashboardName"]
        for board in clients("cloudwatch").list_dashboards()["DashboardEntries"]
    },
    "rules": lambda clients: {rule["Name"] for rule in clients("events").list_rules()["Rules"]},
    "topics": lambda clients: {
        topic["TopicArn"].rpartition(":")[2] for topic in clients("sns").list_topics()["Topics"]
    },
    "budgets": lambda clients: {
        budget["BudgetName"]
        for budget in clients("budgets").describe_budgets(
            AccountId=clients("sts").get_caller_identity()["Account"]
        )["Budgets"]
    },
}


def take_inventory(clients: Clients, kind: str) -> Inventory:
    """Describe everything of one kind in an account."""
    account = clients("sts").get_caller_identity()["Account"]
    stand_ins = {key: alias for alias, key in _aliases(clients).items()}
    names = {**stand_ins, account: "ACCOUNT"}
    found: Inventory = _put_in_form(INVENTORIES[kind](clients), names)
    return found


def _put_in_form(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            _put_in_form(key, names): _put_in_form(item, names)
            for key, item in value.items()
            if key not in FLEETING and not (item in ("", None) or item == [])
        }
    if isinstance(value, list | tuple):
        return [_put_in_form(item, names) for item in value]
    if isinstance(value, str):
        if value.startswith("{"):
            return _put_in_form(json.loads(value), names)
        for name, stand_in in names.items():
            value = value.replace(name, stand_in)
    return value


def _describe_bucket(s3: Any, name: str) -> Inventory:
    policy = _ask(s3.get_bucket_policy, name).get("Policy")
    return {
        "public": _ask(s3.get_public_access_block, name).get("PublicAccessBlockConfiguration"),
        "encryption": s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"],
        "versioning": s3.get_bucket_versioning(Bucket=name).get("Status"),
        "policy": policy and json.loads(policy),
        "lifecycle": _ask(s3.get_bucket_lifecycle_configuration, name).get("Rules"),
    }


def _ask(operation: Callable[..., Any], bucket: str) -> Any:
    """Return what a bucket's configuration says, or nothing where it has none."""
    try:
        return operation(Bucket=bucket)
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("NoSuch"):
            raise
        return {}


def _own_buckets(s3: Any) -> Iterable[str]:
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def _aliases(clients: Clients) -> dict[str, str]:
    listed = clients("kms").list_aliases()["Aliases"]
    return {
        alias["AliasName"]: alias["TargetKeyId"]
        for alias in listed
        if "TargetKeyId" in alias and not alias["AliasName"].startswith("alias/aws/")
    }


def _glue_name(item: Mapping[str, Any]) -> str:
    # A classifier is told by its kind: {"CsvClassifier": {"Name": ...}}.
    described = item if "Name" in item else next(iter(item.values()))
    return str(described["Name"])
