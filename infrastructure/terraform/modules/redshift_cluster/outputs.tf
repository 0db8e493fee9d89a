# The same names as redshift_serverless's.

output "host" {
  description = "Where the warehouse listens"
  value       = aws_redshift_cluster.this.dns_name
}

output "port" {
  description = "On which port"
  value       = aws_redshift_cluster.this.port
}

output "database" {
  description = "The first database"
  value       = aws_redshift_cluster.this.database_name
}

output "admin_secret_arn" {
  description = "The administrator's secret, which Redshift keeps and rotates"
  value       = aws_redshift_cluster.this.master_password_secret_arn
}

output "metrics" {
  description = "Where CloudWatch keeps its numbers: namespace, dimensions, and those worth a graph"
  value = {
    namespace  = "AWS/Redshift"
    dimensions = { ClusterIdentifier = aws_redshift_cluster.this.cluster_identifier }
    graphs     = ["CPUUtilization", "DatabaseConnections", "QueriesCompletedPerSecond", "HealthStatus"]
    disk = {
      metric     = "PercentageDiskSpaceUsed"
      dimensions = { ClusterIdentifier = aws_redshift_cluster.this.cluster_identifier }
      unit       = "Percent"
    }
  }
}
