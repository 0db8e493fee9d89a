"""https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html"""

import pytest

from lochan.plugin.secret_names import is_secret_name


@pytest.mark.parametrize("name", ["redshift!sales-admin", "lochan/prod/rds", "a_b+c=d.e@f-g"])
def test_names_that_aws_gives_or_takes_are_names(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["", "two words", "line\n", "ünicode", "question?"])
def test_others_are_not(name):
    assert not is_secret_name(name)
