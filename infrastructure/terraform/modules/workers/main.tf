# Where flows run on AWS: Fargate tasks in the private subnets.

locals {
  is_service = var.mode == "service"
  environment = merge(var.environment, {
    PREFECT_API_URL = var.prefect_api_url
    # The root file system is read-only.
    PREFECT_HOME = "/tmp/prefect"
    HOME         = "/tmp"
  })
  api_key = var.prefect_api_key_secret_arn == null ? [] : [var.prefect_api_key_secret_arn]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  task_role_arn            = var.task_role_arn
  execution_role_arn       = aws_iam_role.execution.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "scratch"
  }

  container_definitions = jsonencode([{
    name                   = "prefect"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    command                = local.is_service ? ["prefect", "worker", "start", "--pool", var.work_pool, "--type", "process"] : null
    environment            = [for name, value in local.environment : { name = name, value = value }]
    secrets                = [for arn in local.api_key : { name = "PREFECT_API_KEY", valueFrom = arn }]
    mountPoints            = [{ sourceVolume = "scratch", containerPath = "/tmp", readOnly = false }]
    # A flow that is told to end has this long to stop what it started on AWS.
    stopTimeout = 120
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "worker"
      }
    }
  }])

  lifecycle {
    precondition {
      condition     = can(regex("(:[^/]+|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
      error_message = "The image ${var.image} may change under its name: give `worker_image` a tag other than latest, or a digest."
    }
  }
}

resource "aws_ecs_service" "worker" {
  count           = local.is_service ? 1 : 0
  name            = var.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.worker_count
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = false
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
