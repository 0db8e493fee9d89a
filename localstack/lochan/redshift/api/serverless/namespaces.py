"""Namespaces: databases and users of Redshift Serverless.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Namespace.html
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lochan.redshift.api import admin_secret
from lochan.redshift.api.records import Namespace
from lochan.redshift.api.serverless import pages, tags
from lochan.redshift.api.serverless.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_id

_DEFAULT_ADMIN = "admin"
_OWNED_KEY = "AWS_OWNED_KMS_KEY"

# One request may change members of one of these only.
_CHANGED_TOGETHER: Mapping[str, str] = {
    **dict.fromkeys(("adminUsername", "adminUserPassword"), "the administrator"),
    **dict.fromkeys(("manageAdminPassword", "adminPasswordSecretKmsKeyId"), "the administrator"),
    **dict.fromkeys(("iamRoles", "defaultIamRoleArn"), "the roles"),
    "kmsKeyId": "the key",
    "logExports": "the logs",
}


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateNamespace."""
    name = request["namespaceName"]
    if name in state.namespaces:
        raise ConflictException(f"There is already a namespace named {name}.")
    _check_password(request, is_managed=request.get("manageAdminPassword", False))
    database = request.get("dbName", state.stand_in.database)
    if database != state.stand_in.database:
        raise ValidationException(state.stand_in.explain_database(database))
    id = make_id()
    namespace = Namespace(
        name=name,
        id=id,
        arn=state.serverless_arn("namespace", id),
        created_at=state.now(),
        database=database,
        admin=request.get("adminUsername", _DEFAULT_ADMIN),
        key=request.get("kmsKeyId", _OWNED_KEY),
        log_exports=tuple(request.get("logExports", [])),
        **_read_roles(request),
    )
    tags.put_list(state, namespace.arn, request.get("tags", []))
    state.namespaces[name] = _manage_password(state, namespace, request)
    return {"namespace": _describe(state.namespaces[name])}


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetNamespace."""
    return {"namespace": _describe(find(state, request["namespaceName"]))}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer ListNamespaces."""
    page, token = pages.cut(state.namespaces.values(), lambda item: item.name, request)
    return {"namespaces": [_describe(namespace) for namespace in page], **token}


def update(state: RedshiftState, request: Shape) -> Shape:
    """Answer UpdateNamespace: one kind of change in a request."""
    namespace = find(state, request["namespaceName"])
    kinds = {_CHANGED_TOGETHER[name] for name in request if name in _CHANGED_TOGETHER}
    if len(kinds) != 1:
        raise ValidationException(
            f"A request changes one thing of a namespace, not {', '.join(sorted(kinds)) or 'none'}."
        )
    changed = replace(
        namespace,
        admin=request.get("adminUsername", namespace.admin),
        key=request.get("kmsKeyId", namespace.key),
        log_exports=tuple(request.get("logExports", namespace.log_exports)),
        **(_read_roles(request) if kinds == {"the roles"} else {}),
    )
    if kinds == {"the administrator"}:
        changed = _change_password(state, changed, request)
    state.namespaces[changed.name] = changed
    return {"namespace": {**_describe(changed), "status": "MODIFYING"}}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteNamespace; its secret goes with it."""
    namespace = find(state, request["namespaceName"])
    for workgroup in state.workgroups.values():
        if workgroup.namespace == namespace.name:
            raise ConflictException(
                f"The namespace {namespace.name} has the workgroup {workgroup.name}: delete that"
                " first."
            )
    admin_secret.delete(state, namespace.secret)
    tags.drop(state, namespace.arn)
    del state.namespaces[namespace.name]
    return {"namespace": {**_describe(namespace), "status": "DELETING"}}


def find(state: RedshiftState, name: str) -> Namespace:
    """Return a namespace, or refuse."""
    if name not in state.namespaces:
        raise ResourceNotFoundException(f"The namespace {name} does not exist.")
    return state.namespaces[name]


def _check_password(request: Shape, *, is_managed: bool) -> None:
    if is_managed and "adminUserPassword" in request:
        raise ValidationException("adminUserPassword cannot be used if manageAdminPassword is true")
    if not is_managed and "adminPasswordSecretKmsKeyId" in request:
        raise ValidationException(
            "adminPasswordSecretKmsKeyId can be used only if manageAdminPassword is true"
        )


def _manage_password(state: RedshiftState, namespace: Namespace, request: Shape) -> Namespace:
    """Have the password kept in a secret if that is asked for."""
    if not request.get("manageAdminPassword"):
        return namespace
    key = request.get("adminPasswordSecretKmsKeyId")
    secret = admin_secret.create(state, namespace.name, namespace.admin, key)
    return replace(namespace, secret=secret, secret_key=key)


def _change_password(state: RedshiftState, namespace: Namespace, request: Shape) -> Namespace:
    is_managed = request.get("manageAdminPassword", namespace.secret is not None)
    _check_password(request, is_managed=is_managed)
    if not is_managed:
        admin_secret.delete(state, namespace.secret)
        return replace(namespace, secret=None, secret_key=None)
    if namespace.secret is None:
        return _manage_password(state, namespace, {**request, "manageAdminPassword": True})
    key = request.get("adminPasswordSecretKmsKeyId")
    admin_secret.change(state, namespace.secret, request.get("adminUsername"), key)
    return replace(namespace, secret_key=key or namespace.secret_key)


def _read_roles(request: Shape) -> dict[str, Any]:
    roles, default = tuple(request.get("iamRoles", [])), request.get("defaultIamRoleArn") or None
    if default and default not in roles:
        raise ValidationException(f"The default role {default} is none of iamRoles.")
    return {"roles": roles, "default_role": default}


def _describe(namespace: Namespace) -> Shape:
    shown = {
        "namespaceName": namespace.name,
        "namespaceId": namespace.id,
        "namespaceArn": namespace.arn,
        "creationDate": namespace.created_at,
        "dbName": namespace.database,
        "adminUsername": namespace.admin,
        "kmsKeyId": namespace.key,
        "adminPasswordSecretArn": namespace.secret,
        "adminPasswordSecretKmsKeyId": namespace.secret_key,
        "defaultIamRoleArn": namespace.default_role,
        # So AWS writes them.
        "iamRoles": [
            f"IamRole(applyStatus=in-sync, iamRoleArn={role})" for role in namespace.roles
        ],
        "logExports": list(namespace.log_exports),
        "status": "AVAILABLE",
    }
    return {name: value for name, value in shown.items() if value is not None}
