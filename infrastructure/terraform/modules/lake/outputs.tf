output "names" {
  description = "Full names by short name, once the buckets are closed, encrypted and have their policies"
  value       = { for key, block in aws_s3_bucket_public_access_block.this : key => block.bucket }
  depends_on  = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_policy.this]
}
