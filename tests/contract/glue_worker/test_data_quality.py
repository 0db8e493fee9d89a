"""A script as Glue Studio writes it for a data-quality node, on the worker."""

import json

import pytest

pytestmark = pytest.mark.spark

# The form of https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html: rows with what
# they break go to a target, outcomes too, and the job fails where a rule does.
SCRIPT = '''
import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsgluedq.transforms import EvaluateDataQuality

args = getResolvedOptions(sys.argv, ["JOB_NAME", "source", "target"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

AmazonS3_node1 = glueContext.create_dynamic_frame.from_options(
    format_options={"quoteChar": "\\"", "withHeader": True, "separator": ","},
    connection_type="s3", format="csv",
    connection_options={"paths": [args["source"]], "recurse": True},
    transformation_ctx="AmazonS3_node1")

EvaluateDataQuality_node2_ruleset = """
    Rules = [
        RowCount between 1 and 10,
        IsPrimaryKey "id",
        ColumnDataType "amount" = "DOUBLE" with threshold > 0.5,
        ColumnValues "amount" matches "[0-9.]+"
    ]
"""
EvaluateDataQuality_node2 = EvaluateDataQuality().process_rows(
    frame=AmazonS3_node1, ruleset=EvaluateDataQuality_node2_ruleset,
    publishing_options={
        "dataQualityEvaluationContext": "EvaluateDataQuality_node2",
        "enableDataQualityCloudWatchMetrics": True,
        "enableDataQualityResultsPublishing": True},
    additional_options={
        "dataQualityResultsPublishing.strategy": "BEST_EFFORT",
        "observations.scope": "ALL", "performanceTuning.caching": "CACHE_NOTHING"})

rowLevelOutcomes_node3 = SelectFromCollection.apply(
    dfc=EvaluateDataQuality_node2, key="rowLevelOutcomes",
    transformation_ctx="rowLevelOutcomes_node3")
ruleOutcomes_node4 = SelectFromCollection.apply(
    dfc=EvaluateDataQuality_node2, key="ruleOutcomes", transformation_ctx="ruleOutcomes_node4")

ruleOutcomes_node4.toDF().write.json(args["target"] + "rules/")
glueContext.write_dynamic_frame.from_options(
    frame=rowLevelOutcomes_node3, connection_type="s3", format="json",
    connection_options={"path": args["target"] + "rows/", "partitionKeys": []},
    transformation_ctx="AmazonS3_node5")
assert ruleOutcomes_node4.toDF().filter("Outcome = 'Failed'").count() == 0, "bad rows"
job.commit()
'''


def test_script_of_glue_studio_tells_rules_and_rows_apart_and_fails(worker):
    worker.put("dq/in/orders.csv", "id,amount\n1,10.5\n2,7\n3,ten\n")
    places = {"--source": "s3://assets/dq/in/", "--target": "s3://assets/dq/out/"}
    run_id = worker.start(SCRIPT, places)
    ended = worker.wait(run_id)
    assert (ended["state"], ended["error_message"]) == ("FAILED", "AssertionError: bad rows")
    rules = {row.pop("Rule"): row for row in read_lines(worker, "dq/out/rules/")}
    assert {rule: row["Outcome"] for rule, row in rules.items()} == {
        "RowCount between 1 and 10": "Passed",
        'IsPrimaryKey "id"': "Passed",
        'ColumnDataType "amount" = "DOUBLE" with threshold > 0.5': "Passed",
        'ColumnValues "amount" matches "[0-9.]+"': "Failed",
    }
    failed = rules['ColumnValues "amount" matches "[0-9.]+"']
    assert failed["FailureReason"] == "Value: ten does not meet the constraint requirement!"
    assert failed["EvaluatedMetrics"] == {
        "Column.amount.ColumnValues.Compliance": pytest.approx(2 / 3)
    }
    rows = {row["id"]: row for row in read_lines(worker, "dq/out/rows/")}
    assert {key: row["DataQualityEvaluationResult"] for key, row in rows.items()} == {
        "1": "Passed",
        "2": "Passed",
        "3": "Failed",
    }
    assert rows["3"]["DataQualityRulesFail"] == ['ColumnValues "amount" matches "[0-9.]+"']
    assert rows["3"]["DataQualityRulesPass"] == ['IsPrimaryKey "id"']
    said = "\n".join(worker.errors(run_id))
    assert "awsgluedq: enableDataQualityCloudWatchMetrics: Lochan publishes no metrics" in said


def read_lines(worker, prefix):
    listed = worker.s3.list_objects_v2(Bucket="assets", Prefix=prefix)
    texts = (
        worker.s3.get_object(Bucket="assets", Key=found["Key"])["Body"].read().decode()
        for found in listed["Contents"]
    )
    return [json.loads(line) for text in texts for line in text.splitlines()]
