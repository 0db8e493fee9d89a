# Where Glue writes; made beforehand, so that they are kept for a while and not for ever.

resource "aws_cloudwatch_log_group" "this" {
  for_each          = var.log_groups
  name              = each.value.name
  retention_in_days = each.value.retention_days
  kms_key_id        = each.value.key_arn
}
