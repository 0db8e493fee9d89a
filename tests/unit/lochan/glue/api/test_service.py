import pytest

from lochan.glue.api.errors import InternalServiceException, OperationNotSupportedException
from lochan.glue.api.operations import OPERATIONS
from lochan.glue.api.refusals import _REFUSED


def test_every_operation_exists_in_botocore(glue_model):
    assert set(OPERATIONS) <= set(glue_model.operation_names)


def test_every_other_operation_names_itself(glue_model, call):
    others = set(glue_model.operation_names) - set(OPERATIONS)
    assert len(others) > 200
    for operation in others:
        with pytest.raises(OperationNotSupportedException) as raised:
            call(operation)
        assert raised.value.message == f"Glue's {operation} is known but not emulated by Lochan."
        assert raised.value.status == 501


def test_refused_members_exist_in_botocore(glue_model):
    for operation, paths in _REFUSED.items():
        for path in paths:
            shape = glue_model.operation_model(operation).input_shape
            for member in path.split("."):
                assert member in shape.members, (operation, path)
                shape = shape.members[member]


def test_null_members_are_as_if_not_given(call):
    call("CreateDatabase", DatabaseInput={"Name": "a", "Description": None}, CatalogId=None)
    assert "Description" not in call("GetDatabase", Name="a")["Database"]


def test_answer_that_does_not_fit_the_model_is_our_fault(call, monkeypatch):
    broken = {**OPERATIONS, "GetDatabase": lambda state, request: {"Database": {"Nome": "a"}}}
    monkeypatch.setattr("lochan.glue.api.service.OPERATIONS", broken)
    with pytest.raises(InternalServiceException, match=r"GetDatabase .* response\.database\.nome"):
        call("GetDatabase", Name="a")


def test_answer_where_the_model_has_none_is_our_fault(call, monkeypatch):
    broken = {**OPERATIONS, "CreateDatabase": lambda state, request: {"Name": "a"}}
    monkeypatch.setattr("lochan.glue.api.service.OPERATIONS", broken)
    with pytest.raises(InternalServiceException, match="CreateDatabase"):
        call("CreateDatabase", DatabaseInput={"Name": "a"})
