output "cluster_arn" {
  description = "The ECS cluster"
  value       = aws_ecs_cluster.this.arn
}

output "task_definition_arn" {
  description = "The task definition; a push pool's base job template names it"
  value       = aws_ecs_task_definition.this.arn
}

output "execution_role_arn" {
  description = "The role with which ECS starts tasks"
  value       = aws_iam_role.execution.arn
}

output "push_policy_arn" {
  description = "The policy for Prefect Cloud's user; null where workers wait for runs themselves"
  value       = local.is_service ? null : aws_iam_policy.push[0].arn
}

output "log_group" {
  description = "Where the workers' logs are"
  value       = aws_cloudwatch_log_group.this.name
}
