locals {
  # The names of `python -m infrastructure.provision export`, and where things listen.
  values = merge(
    {
      LOCHAN_ENVIRONMENT = var.environment
      AWS_DEFAULT_REGION = var.region
      X_API_URL          = var.x_api_url
    },
    local.addresses,
    { for key, bucket in local.resources.buckets : "${upper(key)}_BUCKET" => bucket.name },
    { for key, role in local.resources.roles : role.variable => module.iam.arns[key] if can(role.variable) },
    { for key, arn in module.secrets.arns : "${upper(key)}_SECRET_ARN" => arn },
  )
}

output "values" {
  description = "What the flows have to know, by the names of their environment variables; nothing secret"
  value       = local.values
}

output "exports" {
  description = "The same as export lines: eval \"$(terraform output -raw exports)\""
  value       = join("", [for name, value in local.values : "export ${name}='${replace(value, "'", "'\\''")}'\n"])
}

output "redshift_admin_secret_arn" {
  description = "The administrator's secret, which Redshift keeps; null for a warehouse that existed"
  value       = one(concat(module.redshift_serverless[*].admin_secret_arn, module.redshift_cluster[*].admin_secret_arn))
}

output "alarm_topic_arn" {
  description = "Where alarms are published; null without alarms"
  value       = one(module.alarms[*].topic_arn)
}

output "workers" {
  description = "The ECS cluster, task definition and policy that a work pool's base job template names; null without workers"
  value       = one(module.workers[*])
}
