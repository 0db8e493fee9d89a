# Workers, alarms and secrets.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "workers" {
  module {
    source = "./modules/workers"
  }
  variables {
    name                       = "lochan-test-worker"
    account_id                 = "222222222222"
    region                     = "eu-central-1"
    mode                       = "service"
    work_pool                  = "lochan"
    image                      = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/lochan:0.1.0"
    cpu                        = 1024
    memory_mib                 = 4096
    worker_count               = 2
    task_role_arn              = "arn:aws:iam::222222222222:role/lochan-test-worker"
    environment                = { LANDING_BUCKET = "landing" }
    prefect_api_url            = "https://prefect.internal/api"
    prefect_api_key_secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:prefect-AbCdEf"
    prefect_api_key_key_arn    = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555"
    log_key_arn                = null
    log_retention_days         = 30
    subnet_ids                 = ["subnet-a"]
    security_group_ids         = ["sg-workers"]
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command == ["prefect", "worker", "start", "--pool", "lochan", "--type", "process"]
    error_message = "The service has to start a worker of the pool."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem
    error_message = "The root file system has to be read-only."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets == [{ name = "PREFECT_API_KEY", valueFrom = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:prefect-AbCdEf" }]
    error_message = "Prefect's key has to come from its secret."
  }
  assert {
    condition = { for value in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : value.name => value.value } == {
      HOME            = "/tmp"
      LANDING_BUCKET  = "landing"
      PREFECT_API_URL = "https://prefect.internal/api"
      PREFECT_HOME    = "/tmp/prefect"
    }
    error_message = "The container's environment is another."
  }
  assert {
    condition     = !aws_ecs_service.worker[0].network_configuration[0].assign_public_ip && aws_ecs_service.worker[0].desired_count == 2
    error_message = "Two workers without public addresses were asked for."
  }
  assert {
    condition     = length(aws_iam_policy.push) == 0
    error_message = "A service needs no policy for Prefect Cloud."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action if contains(statement.Resource, "*")] == [["ecr:GetAuthorizationToken"]]
    error_message = "Only the registry's token may be asked for without naming a resource."
  }
}

run "workers_of_an_image_that_changes" {
  command = plan
  module {
    source = "./modules/workers"
  }
  variables {
    name                       = "lochan-test-worker"
    account_id                 = "222222222222"
    region                     = "eu-central-1"
    mode                       = "service"
    work_pool                  = "lochan"
    image                      = "lochan:latest"
    cpu                        = 1024
    memory_mib                 = 4096
    worker_count               = 1
    task_role_arn              = "arn:aws:iam::222222222222:role/lochan-test-worker"
    environment                = {}
    prefect_api_url            = "https://prefect.internal/api"
    prefect_api_key_secret_arn = null
    prefect_api_key_key_arn    = null
    log_key_arn                = null
    log_retention_days         = 30
    subnet_ids                 = ["subnet-a"]
    security_group_ids         = ["sg-workers"]
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "alarms" {
  module {
    source = "./modules/alarms"
  }
  variables {
    name               = "lochan-test"
    environment        = "test"
    account_id         = "222222222222"
    region             = "eu-central-1"
    emails             = ["oncall@example.com"]
    fresh_jobs         = { lochan-test-process-tweets = 26 }
    has_warehouse      = true
    disk               = { namespace = "AWS/Redshift", metric = "PercentageDiskSpaceUsed", dimensions = { ClusterIdentifier = "lochan-test" }, unit = "Percent" }
    disk_threshold     = 80
    monthly_budget_usd = 150
  }

  assert {
    # The form of Glue's events: docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
    condition = jsondecode(aws_cloudwatch_event_rule.failed["job"].event_pattern) == {
      source      = ["aws.glue"]
      detail-type = ["Glue Job State Change"]
      detail      = { jobName = [{ prefix = "lochan-test-" }], state = ["FAILED", "TIMEOUT"] }
    }
    error_message = "The pattern of failed jobs is another."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.failed["crawler"].event_pattern).detail == { crawlerName = [{ prefix = "lochan-test-" }], state = ["Failed"] }
    error_message = "The pattern of failed crawls is another."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.stale["lochan-test-process-tweets"].evaluation_periods == 26 && aws_cloudwatch_metric_alarm.stale["lochan-test-process-tweets"].period == 3600
    error_message = "Tweets are stale after 26 hours."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.stale["lochan-test-process-tweets"].treat_missing_data == "breaching"
    error_message = "A job that never runs says nothing, and is stale."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.disk[0].threshold == 80 && aws_cloudwatch_metric_alarm.disk[0].dimensions == tomap({ ClusterIdentifier = "lochan-test" })
    error_message = "The warehouse is too full from 80 percent on."
  }
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == aws_kms_key.topic.arn && aws_kms_key.topic.enable_key_rotation
    error_message = "The topic has to be encrypted with a key that is rotated."
  }
  assert {
    condition     = aws_budgets_budget.month.limit_amount == "150" && one(aws_budgets_budget.month.cost_filter).values == tolist(["user:Environment$test"])
    error_message = "The budget is this environment's, 150 dollars a month."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["oncall@example.com"].protocol == "email"
    error_message = "Whoever is on call has to be told."
  }
}

run "a_freshness_beyond_a_week" {
  command = plan
  module {
    source = "./modules/alarms"
  }
  variables {
    name               = "lochan-test"
    environment        = "test"
    account_id         = "222222222222"
    region             = "eu-central-1"
    emails             = []
    fresh_jobs         = { lochan-test-process-tweets = 200 }
    has_warehouse      = false
    disk               = null
    disk_threshold     = 0
    monthly_budget_usd = 150
  }
  expect_failures = [var.fresh_jobs]
}

run "dashboard" {
  module {
    source = "./modules/dashboard"
  }
  variables {
    name        = "lochan-test"
    environment = "test"
    region      = "eu-central-1"
    jobs        = ["lochan-test-process-tweets"]
    buckets     = ["landing"]
    alarm_arns  = ["arn:aws:cloudwatch:eu-central-1:222222222222:alarm:mocked"]
    warehouse = {
      namespace  = "AWS/Redshift"
      dimensions = { ClusterIdentifier = "lochan-test" }
      graphs     = ["CPUUtilization"]
      disk       = { metric = "PercentageDiskSpaceUsed", dimensions = { ClusterIdentifier = "lochan-test" }, unit = "Percent" }
    }
    worker_log_group = "/ecs/lochan-test-worker"
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.type] == ["alarm", "metric", "metric", "metric", "metric", "metric", "log", "metric", "metric", "metric"]
    error_message = "The page shows alarms, two graphs of runs, two of the warehouse, one of the lake, errors, and three of the ledger."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[3].properties.metrics == [["AWS/Redshift", "CPUUtilization", "ClusterIdentifier", "lochan-test"]]
    error_message = "The warehouse's graph has another metric."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[7].properties.metrics == [[{ expression = "SEARCH('{Lochan,Dataset,Environment} MetricName=\"SecondsSinceLoad\" Environment=\"test\"', 'Maximum', 3600)" }]]
    error_message = "The ledger's graph asks for other names than monitor_platform tells."
  }
}

run "secrets" {
  module {
    source = "./modules/secrets"
  }
  variables {
    secrets       = { x_api = { name = "lochan/test/x_api", fields = ["token"] }, rds = { name = "lochan/test/rds", fields = ["username", "password"] } }
    values        = { x_api = { token = "not-in-the-state" } }
    versions      = { x_api = 1 }
    recovery_days = 7
  }

  assert {
    condition     = keys(aws_secretsmanager_secret.this) == ["rds", "x_api"] && keys(aws_secretsmanager_secret_version.this) == ["x_api"]
    error_message = "Both secrets have to be there, and a value where one was given."
  }
  assert {
    condition     = aws_secretsmanager_secret_version.this["x_api"].secret_string_wo == null
    error_message = "No value may be in the state."
  }
}

run "a_version_of_a_secret_that_does_not_exist" {
  command = plan
  module {
    source = "./modules/secrets"
  }
  variables {
    secrets       = { x_api = { name = "lochan/test/x_api", fields = ["token"] } }
    values        = {}
    versions      = { x_ipa = 1 }
    recovery_days = 7
  }
  expect_failures = [var.versions]
}
