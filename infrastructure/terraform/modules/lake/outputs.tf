output "names" {
  description = "Full names by short name, once the buckets are closed"
  value       = { for key, block in aws_s3_bucket_public_access_block.this : key => block.bucket }
}
