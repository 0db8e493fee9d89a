# The same names as redshift_cluster's.

output "host" {
  description = "Where the warehouse listens"
  value       = aws_redshiftserverless_workgroup.this.endpoint[0].address
}

output "port" {
  description = "On which port"
  value       = aws_redshiftserverless_workgroup.this.endpoint[0].port
}

output "database" {
  description = "The first database"
  value       = aws_redshiftserverless_namespace.this.db_name
}

output "admin_secret_arn" {
  description = "The administrator's secret, which Redshift keeps and rotates"
  value       = aws_redshiftserverless_namespace.this.admin_password_secret_arn
}

output "metrics" {
  description = "Where CloudWatch keeps its numbers: namespace, dimensions, and those worth a graph"
  value = {
    namespace  = "AWS/Redshift-Serverless"
    dimensions = { Workgroup = aws_redshiftserverless_workgroup.this.workgroup_name }
    graphs     = ["ComputeSeconds", "ComputeCapacity", "QueriesCompletedPerSecond", "DatabaseConnections"]
    disk = {
      metric     = "DataStorage"
      dimensions = { Namespace = aws_redshiftserverless_namespace.this.namespace_name }
      unit       = "MB"
    }
  }
}
