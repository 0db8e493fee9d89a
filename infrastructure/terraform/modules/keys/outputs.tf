output "arns" {
  description = "ARNs by short name"
  value       = { for key, made in aws_kms_key.this : key => made.arn }
}
