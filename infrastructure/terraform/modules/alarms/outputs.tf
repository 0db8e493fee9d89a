output "topic_arn" {
  description = "The topic that alarms are published to"
  value       = aws_sns_topic.this.arn
}

output "alarm_arns" {
  description = "The alarms, for the dashboard"
  value       = concat([for alarm in aws_cloudwatch_metric_alarm.stale : alarm.arn], aws_cloudwatch_metric_alarm.disk[*].arn)
}
