output "vpc_id" {
  description = "The VPC"
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The private subnets, by zone in the order given"
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "zones" {
  description = "The zones of the private subnets, in the same order"
  value       = var.zones
}

output "security_group_ids" {
  description = "Security groups by who is in them: glue, redshift, workers, endpoints"
  value       = { for key, group in aws_security_group.this : key => group.id }
}
