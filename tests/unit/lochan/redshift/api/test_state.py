from lochan.redshift.api.provisioned.cluster_rules import _PASSWORD
from lochan.redshift.api.state import make_password


def test_made_passwords_are_long_differ_and_are_such_as_redshift_takes():
    passwords = {make_password() for _ in range(50)}
    assert len(passwords) == 50
    assert all(len(password) == 32 and password.isalnum() for password in passwords)
    assert all(_PASSWORD.fullmatch(password) for password in passwords)


def test_each_account_and_region_has_a_state_of_its_own(accounts):
    here = accounts.state("123456789012", "eu-central-1")
    assert accounts.state("123456789012", "eu-central-1") is here
    assert accounts.state("123456789012", "us-east-1") is not here
    assert accounts.state("999999999999", "eu-central-1") is not here
    assert here.serverless_arn("workgroup", "1") == (
        "arn:aws:redshift-serverless:eu-central-1:123456789012:workgroup/1"
    )
    assert here.arn("cluster", "c") == "arn:aws:redshift:eu-central-1:123456789012:cluster:c"
