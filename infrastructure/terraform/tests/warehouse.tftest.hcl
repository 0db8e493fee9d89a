# Both warehouses, alike in what matters: private, encrypted, TLS only, a password that nobody knows, limits.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "lochan-test"
  database           = "dev"
  port               = 5440
  admin_username     = "lochan_admin"
  key_arn            = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555"
  role_arns          = ["arn:aws:iam::222222222222:role/copy", "arn:aws:iam::222222222222:role/unload"]
  subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_ids = ["sg-redshift"]
  max_query_seconds  = 1800
}

run "serverless" {
  module {
    source = "./modules/redshift_serverless"
  }
  variables {
    base_capacity_rpu     = 8
    max_capacity_rpu      = 32
    usage_limit_rpu_hours = 24
  }

  assert {
    condition     = aws_redshiftserverless_namespace.this.manage_admin_password && aws_redshiftserverless_namespace.this.admin_user_password == null
    error_message = "Redshift has to make the administrator's password."
  }
  assert {
    condition     = aws_redshiftserverless_namespace.this.kms_key_id == var.key_arn && aws_redshiftserverless_namespace.this.admin_password_secret_kms_key_id == var.key_arn
    error_message = "Data and password have to be encrypted with the key that was given."
  }
  assert {
    condition     = aws_redshiftserverless_namespace.this.log_exports == toset(["connectionlog", "useractivitylog", "userlog"])
    error_message = "Connections, users and statements have to be logged."
  }
  assert {
    condition     = aws_redshiftserverless_workgroup.this.port == 5440
    error_message = "The warehouse has to listen where it was told."
  }
  assert {
    condition     = !aws_redshiftserverless_workgroup.this.publicly_accessible && aws_redshiftserverless_workgroup.this.enhanced_vpc_routing
    error_message = "The warehouse has to stay inside the VPC."
  }
  assert {
    condition     = { for parameter in aws_redshiftserverless_workgroup.this.config_parameter : parameter.parameter_key => parameter.parameter_value }["require_ssl"] == "true"
    error_message = "Connections without TLS have to be refused."
  }
  assert {
    condition     = { for parameter in aws_redshiftserverless_workgroup.this.config_parameter : parameter.parameter_key => parameter.parameter_value }["max_query_execution_time"] == "1800"
    error_message = "Queries have to end after half an hour."
  }
  assert {
    condition     = length(aws_redshiftserverless_workgroup.this.config_parameter) == 9
    error_message = "AWS answers with nine parameters: with fewer here, no plan is ever empty."
  }
  assert {
    condition     = aws_redshiftserverless_usage_limit.compute.amount == 24 && aws_redshiftserverless_usage_limit.compute.breach_action == "deactivate"
    error_message = "24 RPU-hours a day have to be the end."
  }
}

run "serverless_in_two_zones" {
  command = plan
  module {
    source = "./modules/redshift_serverless"
  }
  variables {
    subnet_ids            = ["subnet-a", "subnet-b"]
    base_capacity_rpu     = 8
    max_capacity_rpu      = 32
    usage_limit_rpu_hours = 24
  }
  expect_failures = [aws_redshiftserverless_workgroup.this]
}

run "serverless_that_starts_beyond_its_limit" {
  command = plan
  module {
    source = "./modules/redshift_serverless"
  }
  variables {
    base_capacity_rpu     = 64
    max_capacity_rpu      = 32
    usage_limit_rpu_hours = 24
  }
  expect_failures = [aws_redshiftserverless_workgroup.this]
}

run "cluster" {
  module {
    source = "./modules/redshift_cluster"
  }
  variables {
    node_type                   = "ra3.large"
    nodes                       = 2
    snapshot_retention_days     = 7
    keeps_final_snapshot        = true
    concurrency_scaling_minutes = 60
  }

  assert {
    condition     = aws_redshift_cluster.this.manage_master_password && aws_redshift_cluster.this.master_password == null
    error_message = "Redshift has to make the administrator's password."
  }
  assert {
    condition     = tobool(aws_redshift_cluster.this.encrypted) && aws_redshift_cluster.this.kms_key_id == var.key_arn && aws_redshift_cluster.this.master_password_secret_kms_key_id == var.key_arn
    error_message = "Data and password have to be encrypted with the key that was given."
  }
  assert {
    condition     = !aws_redshift_cluster.this.publicly_accessible && aws_redshift_cluster.this.enhanced_vpc_routing
    error_message = "The warehouse has to stay inside the VPC."
  }
  assert {
    condition     = { for parameter in aws_redshift_parameter_group.this.parameter : parameter.name => parameter.value }["require_ssl"] == "true"
    error_message = "Connections without TLS have to be refused."
  }
  assert {
    # statement_timeout counts milliseconds.
    condition     = { for parameter in aws_redshift_parameter_group.this.parameter : parameter.name => parameter.value }["statement_timeout"] == "1800000"
    error_message = "Statements have to end after half an hour."
  }
  assert {
    condition     = aws_redshift_cluster.this.cluster_type == "multi-node" && aws_redshift_cluster.this.number_of_nodes == 2
    error_message = "Two nodes are a multi-node cluster."
  }
  assert {
    condition     = !aws_redshift_cluster.this.skip_final_snapshot && aws_redshift_cluster.this.final_snapshot_identifier == "lochan-test-final"
    error_message = "A cluster that is destroyed has to leave a snapshot."
  }
  assert {
    condition     = aws_redshift_logging.this.log_exports == toset(["connectionlog", "useractivitylog", "userlog"])
    error_message = "Connections, users and statements have to be logged."
  }
}

run "cluster_for_trying" {
  module {
    source = "./modules/redshift_cluster"
  }
  variables {
    node_type                   = "ra3.large"
    nodes                       = 1
    snapshot_retention_days     = 1
    keeps_final_snapshot        = false
    concurrency_scaling_minutes = 60
  }

  assert {
    condition     = aws_redshift_cluster.this.cluster_type == "single-node" && aws_redshift_cluster.this.skip_final_snapshot
    error_message = "One node is a single-node cluster, gone without a snapshot."
  }
}
