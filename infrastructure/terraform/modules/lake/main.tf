# The lake's buckets: closed to the public, encrypted, versioned where data cannot be made again, tidied up.

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18:Reads and writes are recorded by CloudTrail's data events, where an account wants them.
  # checkov:skip=CKV_AWS_144:What is here can be collected or computed again; another region would double the cost.
  # checkov:skip=CKV2_AWS_62:Work is found from the ledger and by listing, never by notifications.
  for_each      = var.buckets
  bucket        = each.value.name
  force_destroy = var.deletes_data || each.value.expendable
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = var.buckets
  bucket                  = aws_s3_bucket.this[each.key].bucket
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

# With a bucket key, S3 asks KMS once in a while instead of for every object.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = var.buckets
  bucket   = aws_s3_bucket.this[each.key].bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = try(var.key_arns[each.value.key], null)
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if bucket.versioning }
  bucket   = aws_s3_bucket.this[each.key].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = { for key, bucket in var.buckets : key => bucket if bucket.policy != null }
  bucket   = aws_s3_bucket.this[each.key].bucket
  policy = replace(replace(
    each.value.policy,
    "{bucket_arn}", "arn:aws:s3:::${each.value.name}"),
    "{key_arn}", var.policy_key_arn
  )

  # A policy while the block is being made is refused as a conflicting operation.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  # checkov:skip=CKV_AWS_300:resources.json says so for every bucket, which checkov does not read; tests/contract/terraform does.
  for_each = { for key, bucket in var.buckets : key => bucket if length(bucket.lifecycle) > 0 }
  bucket   = aws_s3_bucket.this[each.key].bucket

  dynamic "rule" {
    for_each = each.value.lifecycle
    content {
      id     = rule.value.id
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      dynamic "abort_incomplete_multipart_upload" {
        for_each = rule.value.abort_multipart_days[*]
        content {
          days_after_initiation = abort_incomplete_multipart_upload.value
        }
      }

      dynamic "noncurrent_version_expiration" {
        for_each = rule.value.expire_noncurrent_days[*]
        content {
          noncurrent_days = noncurrent_version_expiration.value
        }
      }

      dynamic "expiration" {
        for_each = rule.value.expire_days[*]
        content {
          days = expiration.value
        }
      }

      dynamic "transition" {
        for_each = rule.value.transition_days[*]
        content {
          days          = transition.value
          storage_class = rule.value.storage_class
        }
      }
    }
  }

  # Rules of noncurrent versions need versions.
  depends_on = [aws_s3_bucket_versioning.this]
}
