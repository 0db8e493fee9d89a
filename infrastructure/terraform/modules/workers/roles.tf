# What ECS needs to start a task, and in push mode what Prefect Cloud needs to ask for one.

locals {
  starts_tasks = [
    {
      # It knows no resources.
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = ["arn:aws:ecr:${var.region}:${var.account_id}:repository/lochan*"]
    },
    {
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
    },
  ]

  reads_api_key = [for arn in local.api_key : {
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = [arn]
  }]

  decrypts_api_key = [for arn in var.prefect_api_key_key_arn == null ? [] : [var.prefect_api_key_key_arn] : {
    Effect    = "Allow"
    Action    = ["kms:Decrypt"]
    Resource  = [arn]
    Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
  }]
}

resource "aws_iam_role" "execution" {
  name = "${var.name}-execution"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = aws_iam_role.execution.id
  policy = format("{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", join(",", concat(
    [for statement in local.starts_tasks : jsonencode(statement)],
    [for statement in local.reads_api_key : jsonencode(statement)],
    [for statement in local.decrypts_api_key : jsonencode(statement)],
  )))
}

# For the user whose key the push pool's AwsCredentials block holds; attached by hand, for Terraform would
# keep the key in its state. https://docs.prefect.io/v3/how-to-guides/deployment_infra/serverless
resource "aws_iam_policy" "push" {
  # checkov:skip=CKV_AWS_355:Describing networks and registering task definitions know no resources.
  # checkov:skip=CKV_AWS_290:ecs:RegisterTaskDefinition and ecs:DeregisterTaskDefinition know no resources.
  count       = local.is_service ? 0 : 1
  name        = "${var.name}-push"
  description = "Start flow runs on ${var.name}, for the push work pool of Prefect Cloud"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "KnowNoResources"
        Effect = "Allow"
        Action = [
          "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ecs:DeregisterTaskDefinition",
          "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition",
        ]
        Resource = ["*"]
      },
      {
        Sid       = "RunOnThisCluster"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = ["arn:aws:ecs:${var.region}:${var.account_id}:task-definition/*"]
        Condition = { ArnEquals = { "ecs:cluster" = aws_ecs_cluster.this.arn } }
      },
      {
        Sid      = "WatchAndStop"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks", "ecs:StopTask", "ecs:TagResource"]
        Resource = ["arn:aws:ecs:${var.region}:${var.account_id}:task/${var.name}/*"]
      },
      {
        Sid       = "HandOverTwoRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [var.task_role_arn, aws_iam_role.execution.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}
