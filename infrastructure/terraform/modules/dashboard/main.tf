# One page: what is wrong, how the runs are, how the warehouse is, what the lake holds.

locals {
  # Of the last 24 columns of width a row takes all; y is where a row begins.
  alarms = length(var.alarm_arns) == 0 ? [] : [{
    type       = "alarm", x = 0, y = 0, width = 24, height = 3
    properties = { title = "Alarms", alarms = var.alarm_arns }
  }]

  # https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html
  runs = [for index, metric in ["glue.driver.aggregate.elapsedTime", "glue.driver.aggregate.numFailedTasks"] : {
    type = "metric", x = index * 12, y = 3, width = 12, height = 6
    properties = {
      title  = index == 0 ? "Milliseconds in Spark" : "Failed Spark tasks"
      region = var.region
      stat   = "Sum"
      period = 3600
      metrics = [for job in var.jobs :
        ["Glue", metric, "JobName", job, "JobRunId", "ALL", "Type", "count"]
      ]
    }
  }]

  warehouse = var.warehouse == null ? [] : [for index, metric in concat(var.warehouse.graphs, [var.warehouse.disk.metric]) : {
    type = "metric", x = (index % 3) * 8, y = 9 + 6 * floor(index / 3), width = 8, height = 6
    properties = {
      title  = "Warehouse: ${metric}"
      region = var.region
      stat   = "Average"
      period = 300
      metrics = [concat(
        [var.warehouse.namespace, metric],
        flatten([for name, value in(metric == var.warehouse.disk.metric ? var.warehouse.disk.dimensions : var.warehouse.dimensions) : [name, value]])
      )]
    }
  }]

  lake = [{
    type = "metric", x = 0, y = 21, width = 24, height = 6
    properties = {
      title  = "Bytes in the lake"
      region = var.region
      stat   = "Average"
      period = 86400
      metrics = [for bucket in var.buckets :
        ["AWS/S3", "BucketSizeBytes", "BucketName", bucket, "StorageType", "StandardStorage"]
      ]
    }
  }]

  # What monitor_platform puts every hour (tasks/monitoring/metrics.py); datasets come with their first load.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
  ledger = [for index, metric in ["SecondsSinceLoad", "InputRows", "RejectedRows"] : {
    type = "metric", x = index * 8, y = 33, width = 8, height = 6
    properties = {
      title  = "Ledger: ${metric}"
      region = var.region
      period = 3600
      metrics = [[{
        expression = "SEARCH('{Lochan,Dataset,Environment} MetricName=\"${metric}\" Environment=\"${var.environment}\"', '${index == 0 ? "Maximum" : "Sum"}', 3600)"
      }]]
    }
  }]

  errors = var.worker_log_group == null ? [] : [{
    type = "log", x = 0, y = 27, width = 24, height = 6
    properties = {
      title  = "Errors of the flows"
      region = var.region
      view   = "table"
      query  = "SOURCE '${var.worker_log_group}' | fields @timestamp, @message | filter @message like /ERROR|CRITICAL/ | sort @timestamp desc | limit 50"
    }
  }]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  # Widgets are of several shapes, which a list in HCL may not be: they are joined as text.
  dashboard_body = format("{\"widgets\":[%s]}", join(",", concat(
    [for widget in local.alarms : jsonencode(widget)],
    [for widget in local.runs : jsonencode(widget)],
    [for widget in local.warehouse : jsonencode(widget)],
    [for widget in local.lake : jsonencode(widget)],
    [for widget in local.errors : jsonencode(widget)],
    [for widget in local.ledger : jsonencode(widget)],
  )))
}
