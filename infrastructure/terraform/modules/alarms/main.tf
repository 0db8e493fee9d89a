# Who is told when: failed runs, runs that did not come, a full warehouse, a month that costs too much.

locals {
  successes_arn = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/aws/events/${var.name}-successes"

  # https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
  failures = {
    job = {
      detail_type = "Glue Job State Change"
      subject     = "jobName"
      states      = ["FAILED", "TIMEOUT"]
      id          = "$.detail.jobRunId"
      message     = "$.detail.message"
    }
    crawler = {
      detail_type = "Glue Crawler State Change"
      subject     = "crawlerName"
      states      = ["Failed"]
      id          = "$.id"
      message     = "$.detail.errorMessage"
    }
  }
}

resource "aws_cloudwatch_event_rule" "failed" {
  for_each    = local.failures
  name        = "${var.name}-${each.key}-failed"
  description = "A ${each.key} of this environment failed"
  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = [each.value.detail_type]
    detail = {
      (each.value.subject) = [{ prefix = "${var.name}-" }]
      state                = each.value.states
    }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  for_each  = local.failures
  rule      = aws_cloudwatch_event_rule.failed[each.key].name
  target_id = "topic"
  arn       = aws_sns_topic.this.arn

  input_transformer {
    input_paths = {
      name    = "$.detail.${each.value.subject}"
      state   = "$.detail.state"
      id      = each.value.id
      message = each.value.message
    }
    input_template = "\"The ${each.key} <name> ended as <state> (<id>): <message>\""
  }
}

# ---- freshness: the hours since a job last succeeded, counted by a rule that matches successes

resource "aws_cloudwatch_event_rule" "succeeded" {
  for_each    = var.fresh_jobs
  name        = "${each.key}-succeeded"
  description = "${each.key} succeeded"
  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = ["Glue Job State Change"]
    detail      = { jobName = [each.key], state = ["SUCCEEDED"] }
  })
}

# A rule counts what it hands to a target, so successes are kept for a while.
resource "aws_cloudwatch_event_target" "succeeded" {
  for_each  = var.fresh_jobs
  rule      = aws_cloudwatch_event_rule.succeeded[each.key].name
  target_id = "log"
  arn       = aws_cloudwatch_log_group.successes[0].arn
}

resource "aws_cloudwatch_log_group" "successes" {
  # checkov:skip=CKV_AWS_158:Names of jobs and ids of runs, kept for a month.
  # checkov:skip=CKV_AWS_338:The runs themselves are kept by Glue.
  count             = length(var.fresh_jobs) > 0 ? 1 : 0
  name              = "/aws/events/${var.name}-successes"
  retention_in_days = 30
}

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
resource "aws_cloudwatch_log_resource_policy" "successes" {
  count       = length(var.fresh_jobs) > 0 ? 1 : 0
  policy_name = "${var.name}-successes"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = ["logs:CreateLogStream"]
        Resource  = ["${local.successes_arn}:*"]
      },
      {
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = ["logs:PutLogEvents"]
        Resource  = ["${local.successes_arn}:*:*"]
        Condition = { ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.succeeded : rule.arn] } }
      },
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "stale" {
  for_each          = var.fresh_jobs
  alarm_name        = "${each.key}-stale"
  alarm_description = "${each.key} has not succeeded for ${each.value} hours"
  namespace         = "AWS/Events"
  metric_name       = "MatchedEvents"
  dimensions        = { RuleName = aws_cloudwatch_event_rule.succeeded[each.key].name }
  statistic         = "Sum"
  period            = 3600
  # Every single hour without a success: a success in any of them is freshness.
  evaluation_periods  = each.value
  datapoints_to_alarm = each.value
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

# ---- the warehouse

resource "aws_cloudwatch_metric_alarm" "disk" {
  count               = var.has_warehouse ? 1 : 0
  alarm_name          = "${var.name}-warehouse-disk"
  alarm_description   = "The warehouse uses more than ${var.disk_threshold} ${var.disk.unit}"
  namespace           = var.disk.namespace
  metric_name         = var.disk.metric
  dimensions          = var.disk.dimensions
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.disk_threshold
  # A serverless warehouse that rests says nothing.
  treat_missing_data = "ignore"
  alarm_actions      = [aws_sns_topic.this.arn]
  ok_actions         = [aws_sns_topic.this.arn]
}

# ---- costs, by the tag that every resource carries; the tag has to be activated for costs once
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html

resource "aws_budgets_budget" "month" {
  name         = "${var.name}-month"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type         = notification.key
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      comparison_operator       = "GREATER_THAN"
      subscriber_sns_topic_arns = [aws_sns_topic.this.arn]
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}
