# What is refused before anything is planned, each by its own sentence.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  spark_package = "../resources.json"
  # The test framework takes an ephemeral default for no value.
  secret_values    = {}
  environment      = "test"
  account_id       = "222222222222"
  rds_address      = { host = "books.internal", database = "books" }
  warehouse        = "existing"
  redshift_address = { host = "warehouse.internal", database = "dev" }
  create_network   = false
  workers          = "none"
}

run "the_least_that_is_accepted" {
  assert {
    condition     = output.values.REDSHIFT_HOST == "warehouse.internal" && output.workers == null && output.redshift_admin_secret_arn == null && !can(output.values.ECS_CLUSTER)
    error_message = "Without network, warehouse and workers of its own there are still the lake and the catalog."
  }
}

run "an_environment_that_would_make_names_too_long" {
  command = plan
  variables { environment = "productionineurope" }
  expect_failures = [var.environment]
}

run "an_environment_that_no_bucket_may_have" {
  command = plan
  variables { environment = "Prod" }
  expect_failures = [var.environment]
}

run "an_account_that_is_a_name" {
  command = plan
  variables { account_id = "production" }
  expect_failures = [var.account_id]
}

run "a_region_that_is_a_zone" {
  command = plan
  variables { region = "eu-central-1a" }
  expect_failures = [var.region]
}

run "a_package_that_nobody_wrote" {
  command = plan
  variables { spark_package = "nowhere/spark.zip" }
  expect_failures = [var.spark_package]
}

run "a_recovery_that_secrets_manager_does_not_know" {
  command = plan
  variables { secret_recovery_days = 3 }
  expect_failures = [var.secret_recovery_days]
}

run "a_warehouse_outside_of_the_network" {
  command = plan
  variables {
    warehouse        = "serverless"
    redshift_address = null
  }
  expect_failures = [var.warehouse]
}

run "an_existing_warehouse_without_address" {
  command = plan
  variables { redshift_address = null }
  expect_failures = [var.redshift_address]
}

run "a_cluster_that_keeps_data_on_its_own_disks" {
  command = plan
  variables { cluster = { node_type = "dc2.large" } }
  expect_failures = [var.cluster]
}

run "workers_without_image" {
  command = plan
  variables { workers = "service" }
  expect_failures = [var.workers]
}

run "more_gateways_than_zones" {
  command = plan
  variables { nat_gateways = 4 }
  expect_failures = [var.nat_gateways]
}

run "a_block_of_addresses_that_is_too_small" {
  command = plan
  variables { vpc_cidr = "10.0.0.0/28" }
  expect_failures = [var.vpc_cidr]
}

run "freshness_of_a_job_that_does_not_exist" {
  command = plan
  variables { fresh_job_hours = { process_toots = 24 } }
  expect_failures = [var.fresh_job_hours]
}

run "an_address_for_alarms_that_is_none" {
  command = plan
  variables { alarm_emails = ["oncall"] }
  expect_failures = [var.alarm_emails]
}
