"""Everything at once on moto's AWS; the local stack has its turn in tests/contract."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from infrastructure import planning, provision
from infrastructure.declared import Declaration
from infrastructure.resource import Refused
from infrastructure.resources import Resources

LANDING = "lochan-local-123456789012-us-east-1-landing"
ASSETS = "lochan-local-123456789012-us-east-1-assets"


def apply(declaration: Declaration) -> list[tuple[str, str]]:
    return [(step.verb, step.resource.kind) for step in planning.apply(declaration)]


def show_plan(declaration: Declaration) -> list[str]:
    return [line for step in planning.plan(declaration) for line in str(step).splitlines()]


def test_apply_makes_everything_once(declaration: Declaration) -> None:
    planned = [step.verb for step in planning.plan(declaration)]
    assert set(planned) == {"make"}
    made = Counter(kind for _, kind in apply(declaration))
    assert made == {
        "key": 1,
        "bucket": 5,
        "role": 11,
        "secret": 3,
        "log group": 13,
        "database": 4,
        "object": 6,
        "encryption": 1,
        "crawler": 3,
        "job": 5,
        "trigger": 2,
    }
    assert len(planned) == sum(made.values())
    assert apply(declaration) == []


def test_buckets_are_closed_encrypted_versioned_and_tidied(declaration: Declaration) -> None:
    apply(declaration)
    s3, kms = declaration.clients("s3"), declaration.clients("kms")
    aliases = {each["AliasName"]: each for each in kms.list_aliases()["Aliases"]}
    key_id = aliases["alias/lochan-local"]["TargetKeyId"]
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is True
    block = s3.get_public_access_block(Bucket=LANDING)["PublicAccessBlockConfiguration"]
    assert block == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    encryption = s3.get_bucket_encryption(Bucket=LANDING)["ServerSideEncryptionConfiguration"]
    assert encryption["Rules"][0] == {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": f"arn:aws:kms:us-east-1:123456789012:key/{key_id}",
        },
        "BucketKeyEnabled": True,
    }
    assert s3.get_bucket_versioning(Bucket=LANDING)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=LANDING)["Rules"]
    assert [rule["ID"] for rule in rules] == [
        "abort-uploads",
        "expire-old-versions",
        "tier-old-data",
    ]
    policy = json.loads(s3.get_bucket_policy(Bucket=LANDING)["Policy"])
    assert [each["Sid"] for each in policy["Statement"]] == [
        "TlsOnly",
        "EncryptedOnly",
        "OwnKeyOnly",
    ]


def test_drift_is_shown_and_mended(declaration: Declaration) -> None:
    apply(declaration)
    s3, iam = declaration.clients("s3"), declaration.clients("iam")
    s3.put_bucket_versioning(Bucket=LANDING, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=ASSETS)
    worker = iam.get_role_policy(RoleName="lochan-local-worker", PolicyName="lochan")
    document = worker["PolicyDocument"]
    document["Statement"][0]["Action"] = "s3:*"
    iam.put_role_policy(
        RoleName="lochan-local-worker", PolicyName="lochan", PolicyDocument=json.dumps(document)
    )
    shown = show_plan(declaration)
    assert f"change   bucket     {LANDING}" in shown
    assert "    versioning: Suspended -> Enabled" in shown
    assert any(
        line.startswith('    policy.Statement.CollectAndExport.Action: ["s3:*"] -> [')
        for line in shown
    )
    assert sorted(apply(declaration)) == [("change", "bucket")] * 2 + [("change", "role")]
    assert apply(declaration) == []


def test_jobs_crawlers_and_logs_are_encrypted_by_the_environments_key(
    declaration: Declaration,
) -> None:
    apply(declaration)
    glue, logs = declaration.clients("glue"), declaration.clients("logs")
    kms = declaration.clients("kms")
    [alias] = [each for each in kms.list_aliases()["Aliases"] if "lochan" in each["AliasName"]]
    key = kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]["Arn"]
    found = glue.get_security_configuration(Name="lochan-local")["SecurityConfiguration"]
    assert found["EncryptionConfiguration"] == {
        "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": key}],
        "CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": key},
        "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", "KmsKeyArn": key},
    }
    jobs, crawlers = glue.get_jobs()["Jobs"], glue.get_crawlers()["Crawlers"]
    assert {job["SecurityConfiguration"] for job in jobs} == {"lochan-local"}
    assert {each["CrawlerSecurityConfiguration"] for each in crawlers} == {"lochan-local"}
    groups = logs.describe_log_groups()["logGroups"]
    assert {group["kmsKeyId"] for group in groups} == {key}
    assert "/aws-glue/jobs/lochan-local-role/lochan-local-glue-twitter/error" in {
        group["logGroupName"] for group in groups
    }


def test_security_configuration_that_somebody_replaced_is_made_anew(
    declaration: Declaration,
) -> None:
    apply(declaration)
    glue = declaration.clients("glue")
    glue.delete_security_configuration(Name="lochan-local")
    glue.create_security_configuration(
        Name="lochan-local",
        EncryptionConfiguration={"S3Encryption": [{"S3EncryptionMode": "DISABLED"}]},
    )
    shown = show_plan(declaration)
    assert shown[0] == "change   encryption lochan-local"
    assert "    S3Encryption.0.S3EncryptionMode: DISABLED -> SSE-KMS" in shown
    assert apply(declaration) == [("change", "encryption")]
    assert apply(declaration) == []


def test_a_policy_that_somebody_attached_is_taken_away(declaration: Declaration) -> None:
    apply(declaration)
    iam = declaration.clients("iam")
    own = iam.create_policy(
        PolicyName="own",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
            }
        ),
    )["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="lochan-local-glue-lake", PolicyArn=own)
    assert show_plan(declaration) == [
        "change   role       lochan-local-glue-lake",
        f'    attached_policies: ["{own}"] -> []',
    ]
    apply(declaration)
    found = iam.list_attached_role_policies(RoleName="lochan-local-glue-lake")
    assert found["AttachedPolicies"] == []


def test_a_secret_whose_value_changed_is_set_and_never_shown(declaration: Declaration) -> None:
    apply(declaration)
    values = {**declaration.secret_values, "x_api": {"token": "canary-4711"}}
    changed = replace(declaration, secret_values=values)
    assert show_plan(changed) == [
        "change   secret     lochan/local/x_api",
        "    value: (hidden) -> (hidden)",
    ]
    apply(changed)
    stored = declaration.clients("secretsmanager").get_secret_value(SecretId="lochan/local/x_api")
    assert json.loads(stored["SecretString"]) == {"token": "canary-4711"}


def test_a_secret_without_a_given_value_is_left_alone(declaration: Declaration) -> None:
    apply(declaration)
    assert apply(replace(declaration, secret_values={})) == []


def test_a_missing_secret_without_a_value_is_refused(declaration: Declaration) -> None:
    with pytest.raises(Refused, match="The secret lochan/local/redshift does not exist"):
        apply(replace(declaration, secret_values={}))


def test_changed_code_is_uploaded_and_the_job_points_at_it(
    declaration: Declaration, spark: Path
) -> None:
    apply(declaration)
    (spark / "jobs" / "process_tweets.py").write_text("print(2)\n")
    shown = show_plan(declaration)
    assert f"change   object     s3://{ASSETS}/jobs/process_tweets.py" in shown
    packages = [line for line in shown if line.startswith("    DefaultArguments.--extra-py-files")]
    assert len(packages) == 5


def test_the_package_has_the_rules_beside_the_modules(
    declaration: Declaration, spark: Path
) -> None:
    rules = spark / "rules" / "academy"
    rules.mkdir(parents=True)
    (rules / "users.dqdl").write_text('Rules = [ IsComplete "user_id" ]\n')
    (rules / "notes.txt").write_text("not needed\n")
    apply(declaration)
    s3 = declaration.clients("s3")
    [stored] = s3.list_objects_v2(Bucket=ASSETS, Prefix="packages/")["Contents"]
    body = s3.get_object(Bucket=ASSETS, Key=stored["Key"])["Body"].read()
    names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert "spark/rules/academy/users.dqdl" in names
    assert not any(name.endswith(".txt") for name in names)


def test_destroy_keeps_data_unless_told_and_what_is_shared_always(
    declaration: Declaration,
) -> None:
    apply(declaration)
    s3 = declaration.clients("s3")
    for body in (b"old", b"new"):
        s3.put_object(Bucket=LANDING, Key="x_api/page.json.gz", Body=body)
    steps = planning.plan_removal(declaration)
    with pytest.raises(Refused, match=rf"bucket {LANDING} \(objects\)"):
        list(planning.destroy(steps, deletes_data=False))
    assert show_plan(declaration) == []
    list(planning.destroy(steps, deletes_data=True))
    left = [step for step in planning.plan_removal(declaration) if step.verb == "delete"]
    assert left == []
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["tara-academy-data"]


def test_what_was_destroyed_can_be_made_again(declaration: Declaration) -> None:
    apply(declaration)
    list(planning.destroy(planning.plan_removal(declaration), deletes_data=False))
    verbs = Counter(verb for verb, _ in apply(declaration))
    assert verbs["make"] == 51  # all but the shared bucket and databases
    assert apply(declaration) == []


def test_export_names_what_flows_read(declaration: Declaration) -> None:
    apply(declaration)
    values = provision.export(declaration.clients, declaration.resources)
    assert values["LANDING_BUCKET"] == LANDING
    assert values["GLUE_JOB_ROLE_ARN"] == "arn:aws:iam::123456789012:role/lochan-local-glue-job"
    assert values["REDSHIFT_SECRET_ARN"].startswith(
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:lochan/local/redshift"
    )
    assert set(values) == {
        "LOCHAN_ENVIRONMENT",
        "LANDING_BUCKET",
        "PROCESSED_BUCKET",
        "ACADEMY_BUCKET",
        "ASSETS_BUCKET",
        "TEMP_BUCKET",
        "GLUE_ACADEMY_ROLE_ARN",
        "GLUE_ANPR_ROLE_ARN",
        "GLUE_BOOKS_ROLE_ARN",
        "GLUE_CRAWLER_ROLE_ARN",
        "GLUE_JOB_ROLE_ARN",
        "GLUE_LAKE_ROLE_ARN",
        "GLUE_TWITTER_ROLE_ARN",
        "DEPLOYER_ROLE_ARN",
        "WORKER_ROLE_ARN",
        "REDSHIFT_COPY_ROLE_ARN",
        "REDSHIFT_UNLOAD_ROLE_ARN",
        "REDSHIFT_SECRET_ARN",
        "RDS_SECRET_ARN",
        "X_API_SECRET_ARN",
    }


def test_export_refuses_what_is_not_provisioned(
    declaration: Declaration, resources: Resources
) -> None:
    with pytest.raises(Refused, match="run `provision apply` first"):
        provision.export(declaration.clients, resources)


@pytest.fixture
def command(clients: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(provision, "_client", clients)
    return lambda *arguments: CliRunner().invoke(provision.main, [*arguments])


def test_another_account_than_the_stated_one_is_refused(command: Any) -> None:
    done = command("--account", "999999999999", "apply", "--yes")
    assert done.exit_code == 1
    assert (
        "The credentials are of account 123456789012 and --account says 999999999999: nothing was "
        "done."
    ) in done.output


def test_apply_asks_before_it_does_anything(
    command: Any, declaration: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provision, "_declare", lambda *_: declaration)
    done = CliRunner().invoke(provision.main, ["apply"], input="n\n")
    assert done.exit_code == 1
    assert "54 to make." in done.output
    assert "Do this? [y/N]" in done.output
    assert declaration.clients("s3").list_buckets()["Buckets"] == []


def test_expired_credentials_are_a_sentence(
    command: Any, clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    def refuse() -> Any:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "x"}}, "GetCallerIdentity")

    monkeypatch.setattr(clients("sts"), "get_caller_identity", refuse)
    done = command("plan")
    assert done.exit_code == 1
    assert "The credentials have expired: log in again" in done.output
