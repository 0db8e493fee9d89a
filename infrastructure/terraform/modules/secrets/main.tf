# Secrets, and their values only where a person hands them over: write-only, so that no state holds one.

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57:The X API's token and the loading user's password are rotated by hand (docs/terraform.md); the administrator's is rotated by Redshift.
  for_each                = var.secrets
  name                    = each.value.name
  kms_key_id              = each.value.key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each                 = var.versions
  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo_version = each.value
  secret_string_wo = jsonencode({
    for field in var.secrets[each.key].fields : field => var.values[each.key][field]
  })
}
