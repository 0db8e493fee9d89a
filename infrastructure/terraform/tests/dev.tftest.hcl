# terraform test -filter=tests/dev.tftest.hcl -var-file=environments/dev.tfvars

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  spark_package = "../resources.json"
  # The test framework takes an ephemeral default for no value.
  secret_values = {}
}

run "development" {
  assert {
    condition     = output.values.LANDING_BUCKET == "lochan-dev-111111111111-eu-central-1-landing"
    error_message = "The landing bucket is ${output.values.LANDING_BUCKET}."
  }
  assert {
    condition     = var.deletes_data && var.secret_recovery_days == 0
    error_message = "Development goes with one command."
  }
  assert {
    condition     = length(module.redshift_serverless) == 1 && length(module.workers) == 1 && length(module.alarms) == 1
    error_message = "Development has all that production has, only smaller."
  }
}
