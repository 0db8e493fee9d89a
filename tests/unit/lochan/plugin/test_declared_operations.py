import botocore.session
import pytest

from lochan.plugin import declared_operations as declared


@pytest.mark.parametrize(
    ("service", "operations"),
    [
        ("ecs", (*declared.ECS_BY_MOTO, *declared.ECS_MENDED)),
        ("ec2", declared.EC2_REFUSED),
    ],
)
def test_every_operation_is_in_the_model_and_named_once(service, operations):
    model = botocore.session.get_session().get_service_model(service)
    assert set(operations) <= set(model.operation_names)
    assert len(set(operations)) == len(operations)


def test_nothing_that_would_run_is_left_to_moto():
    running = {"RunTask", "StartTask", "StopTask", "ExecuteCommand", "CreateTaskSet"}
    assert not running & {*declared.ECS_BY_MOTO, *declared.ECS_MENDED}
