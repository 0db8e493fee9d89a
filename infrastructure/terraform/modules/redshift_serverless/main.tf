# Redshift Serverless, inside the VPC, with a password that nobody knows.

locals {
  # AWS answers with all nine, and the provider takes what is not written here for a difference
  # (hashicorp/terraform-provider-aws#33692).
  parameters = {
    auto_mv                          = "true"
    datestyle                        = "ISO, MDY"
    enable_case_sensitive_identifier = "false"
    enable_user_activity_logging     = "true"
    max_query_execution_time         = tostring(var.max_query_seconds)
    query_group                      = "default"
    require_ssl                      = "true"
    search_path                      = "$user, public"
    use_fips_ssl                     = "false"
  }
}

resource "aws_redshiftserverless_namespace" "this" {
  namespace_name                   = var.name
  db_name                          = var.database
  admin_username                   = var.admin_username
  manage_admin_password            = true
  admin_password_secret_kms_key_id = var.key_arn
  kms_key_id                       = var.key_arn
  iam_roles                        = var.role_arns
  log_exports                      = ["connectionlog", "useractivitylog", "userlog"]
}

resource "aws_redshiftserverless_workgroup" "this" {
  namespace_name       = aws_redshiftserverless_namespace.this.namespace_name
  workgroup_name       = var.name
  base_capacity        = var.base_capacity_rpu
  max_capacity         = var.max_capacity_rpu
  enhanced_vpc_routing = true
  publicly_accessible  = false
  port                 = var.port
  subnet_ids           = var.subnet_ids
  security_group_ids   = var.security_group_ids

  dynamic "config_parameter" {
    for_each = local.parameters
    content {
      parameter_key   = config_parameter.key
      parameter_value = config_parameter.value
    }
  }

  lifecycle {
    precondition {
      # https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-usage-considerations.html
      condition     = length(var.subnet_ids) >= 3
      error_message = "The workgroup ${var.name} has ${length(var.subnet_ids)} subnets: Redshift Serverless with enhanced VPC routing needs three, in three zones. Name three in `zones`."
    }
    precondition {
      condition     = var.max_capacity_rpu >= var.base_capacity_rpu
      error_message = "The workgroup ${var.name} may have at most ${var.max_capacity_rpu} RPUs and starts with ${var.base_capacity_rpu}: raise `max_capacity_rpu` or lower `base_capacity_rpu`."
    }
  }
}

resource "aws_redshiftserverless_usage_limit" "compute" {
  resource_arn  = aws_redshiftserverless_workgroup.this.arn
  usage_type    = "serverless-compute"
  amount        = var.usage_limit_rpu_hours
  period        = "daily"
  breach_action = "deactivate"
}
