from __future__ import annotations

from infrastructure.policies import build_policy, build_trust, normalize

READ = {
    "Sid": "Read",
    "Action": ["s3:GetObject"],
    "Resource": ["arn:aws:s3:::b/*"],
    "reason": "for readers",
}


def test_a_statement_allows_and_keeps_its_reason_to_itself() -> None:
    assert build_policy([READ]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Sid": "Read",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::b/*"],
            }
        ],
    }


def test_a_denial_stays_one() -> None:
    assert build_policy([{**READ, "Effect": "Deny"}])["Statement"][0]["Effect"] == "Deny"


def test_trust_is_the_permission_to_take_the_role() -> None:
    trust = build_trust({"Principal": {"Service": "glue.amazonaws.com"}})
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Sid": "Trusted",
            "Action": ["sts:AssumeRole"],
            "Principal": {"Service": "glue.amazonaws.com"},
        }
    ]


def test_one_value_is_a_list_of_one_in_any_order() -> None:
    one = {"Version": "2012-10-17", "Statement": {"Sid": "S", "Action": "a", "Resource": "r"}}
    several = {"Version": "2012-10-17", "Statement": [{"Sid": "S", "Action": ["b", "a"]}]}
    assert normalize(one)["Statement"] == [
        {"Sid": "S", "Action": ["a"], "Resource": ["r"], "Condition": None}
    ]
    assert normalize(several)["Statement"][0]["Action"] == ["a", "b"]
    assert normalize(None) is None
