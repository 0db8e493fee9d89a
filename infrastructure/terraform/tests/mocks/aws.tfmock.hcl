# What AWS would answer, where the provider looks at its form.

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::222222222222:role/mocked" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:222222222222:mocked" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:222222222222:log-group:mocked" }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = { arn = "arn:aws:events:eu-central-1:222222222222:rule/mocked" }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = { arn = "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:mocked" }
}

mock_resource "aws_ecs_cluster" {
  defaults = { arn = "arn:aws:ecs:eu-central-1:222222222222:cluster/mocked" }
}

mock_resource "aws_ecs_task_definition" {
  defaults = { arn = "arn:aws:ecs:eu-central-1:222222222222:task-definition/mocked:1" }
}

mock_resource "aws_iam_policy" {
  defaults = { arn = "arn:aws:iam::222222222222:policy/mocked" }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:mocked-AbCdEf" }
}

mock_resource "aws_redshiftserverless_namespace" {
  defaults = {
    admin_password_secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:redshift!mocked-AbCdEf"
  }
}

mock_resource "aws_redshiftserverless_workgroup" {
  defaults = {
    arn      = "arn:aws:redshift-serverless:eu-central-1:222222222222:workgroup/mocked"
    endpoint = [{ address = "serverless.mocked", port = 5439 }]
  }
}

mock_resource "aws_redshift_cluster" {
  defaults = {
    dns_name                   = "cluster.mocked"
    master_password_secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:redshift!mocked-AbCdEf"
  }
}
