# The keys with which data, secrets and logs are encrypted.

resource "aws_kms_key" "this" {
  # checkov:skip=CKV_AWS_7:resources.json says true, which checkov does not read; tests/contract/terraform does.
  for_each                = var.keys
  description             = each.value.description
  enable_key_rotation     = each.value.rotation
  deletion_window_in_days = each.value.deletion_days
  policy                  = each.value.policy
}

resource "aws_kms_alias" "this" {
  for_each      = var.keys
  name          = each.value.alias
  target_key_id = aws_kms_key.this[each.key].key_id
}
