# The warehouse as a provisioned cluster: the alternative to redshift_serverless, with its outputs.

resource "aws_redshift_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of the warehouse"
  subnet_ids  = var.subnet_ids
}

resource "aws_redshift_parameter_group" "this" {
  name        = var.name
  family      = "redshift-1.0"
  description = "TLS only, statements logged and ended in time"

  parameter {
    name  = "require_ssl"
    value = "true"
  }

  parameter {
    name  = "enable_user_activity_logging"
    value = "true"
  }

  parameter {
    name  = "statement_timeout"
    value = tostring(var.max_query_seconds * 1000)
  }
}

resource "aws_redshift_cluster" "this" {
  # checkov:skip=CKV_AWS_71:aws_redshift_logging below sends the logs to CloudWatch.
  cluster_identifier = var.name
  database_name      = var.database
  node_type          = var.node_type
  cluster_type       = var.nodes > 1 ? "multi-node" : "single-node"
  number_of_nodes    = var.nodes
  port               = var.port

  master_username                   = var.admin_username
  manage_master_password            = true
  master_password_secret_kms_key_id = var.key_arn

  encrypted  = true
  kms_key_id = var.key_arn
  iam_roles  = var.role_arns

  cluster_subnet_group_name    = aws_redshift_subnet_group.this.name
  cluster_parameter_group_name = aws_redshift_parameter_group.this.name
  vpc_security_group_ids       = var.security_group_ids
  enhanced_vpc_routing         = true
  publicly_accessible          = false

  allow_version_upgrade               = true
  automated_snapshot_retention_period = var.snapshot_retention_days
  skip_final_snapshot                 = !var.keeps_final_snapshot
  final_snapshot_identifier           = var.keeps_final_snapshot ? "${var.name}-final" : null

  lifecycle {
    precondition {
      condition     = length(var.subnet_ids) > 0
      error_message = "The cluster ${var.name} has no subnet: set `create_network = true`, for it lives in private subnets only."
    }
  }
}

resource "aws_redshift_logging" "this" {
  cluster_identifier   = aws_redshift_cluster.this.cluster_identifier
  log_destination_type = "cloudwatch"
  log_exports          = ["connectionlog", "useractivitylog", "userlog"]
}

resource "aws_redshift_usage_limit" "concurrency_scaling" {
  cluster_identifier = aws_redshift_cluster.this.cluster_identifier
  feature_type       = "concurrency-scaling"
  limit_type         = "time"
  amount             = var.concurrency_scaling_minutes
  period             = "daily"
  breach_action      = "disable"
}
