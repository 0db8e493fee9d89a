# terraform test -filter=tests/prod.tftest.hcl -var-file=environments/prod.tfvars

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  # Any file: what is in it is infrastructure/package.py's part.
  spark_package = "../resources.json"
  # The test framework takes an ephemeral default for no value.
  secret_values = {}
}

run "production" {
  assert {
    condition     = output.values.LANDING_BUCKET == "lochan-prod-222222222222-eu-central-1-landing"
    error_message = "The landing bucket is ${output.values.LANDING_BUCKET}."
  }
  assert {
    condition     = output.values.REDSHIFT_HOST == "serverless.mocked" && output.values.REDSHIFT_PORT == "5439" && output.values.REDSHIFT_DATABASE == "dev"
    error_message = "The flows have to load the serverless warehouse."
  }
  assert {
    condition     = length(module.redshift_serverless) == 1 && length(module.redshift_cluster) == 0
    error_message = "There has to be one warehouse."
  }
  assert {
    condition     = output.redshift_admin_secret_arn == "arn:aws:secretsmanager:eu-central-1:222222222222:secret:redshift!mocked-AbCdEf"
    error_message = "The administrator's secret has to be Redshift's own."
  }
  assert {
    condition     = output.workers.push_policy_arn == null && output.workers.log_group == "/ecs/lochan-prod-worker"
    error_message = "Production's workers are a service."
  }
  assert {
    # One is enough to be told when tweets stay away; the other is for the full warehouse.
    condition     = length(module.alarms[0].alarm_arns) == 2
    error_message = "There are ${length(module.alarms[0].alarm_arns)} alarms."
  }
  assert {
    condition     = !var.deletes_data && var.secret_recovery_days == 30 && var.nat_gateways == 3
    error_message = "Production keeps its data, and loses no zone with another's gateway."
  }
  assert {
    condition     = strcontains(output.exports, "export RDS_HOST='books.prod.internal'\n")
    error_message = "The export lines lack RDS_HOST."
  }
}

run "the_same_on_a_cluster" {
  variables {
    warehouse = "cluster"
  }
  assert {
    condition     = output.values.REDSHIFT_HOST == "cluster.mocked" && output.values.REDSHIFT_PORT == "5439" && output.values.REDSHIFT_DATABASE == "dev"
    error_message = "The flows have to load the cluster."
  }
  assert {
    condition     = length(module.redshift_serverless) == 0 && length(module.redshift_cluster) == 1
    error_message = "There has to be one warehouse."
  }
}

run "the_same_pushed_from_prefect_cloud" {
  variables {
    workers = "push"
  }
  assert {
    condition     = output.workers.push_policy_arn == "arn:aws:iam::222222222222:policy/mocked" && output.values.ECS_CLUSTER == "arn:aws:ecs:eu-central-1:222222222222:cluster/mocked"
    error_message = "A push pool needs a cluster, and a policy for Prefect Cloud's user."
  }
}
