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

locals {
  # What infrastructure/orchestration reads for a work pool on ECS.
  pool_values = var.workers == "none" ? {} : {
    ECS_CLUSTER             = module.workers[0].cluster_arn
    ECS_TASK_DEFINITION_ARN = module.workers[0].task_definition_arn
    ECS_VPC_ID              = module.network[0].vpc_id
    ECS_SUBNETS             = join(",", module.network[0].private_subnet_ids)
    ECS_SECURITY_GROUPS     = module.network[0].security_group_ids["workers"]
  }
  exported = merge(local.values, local.pool_values)
}

output "values" {
  description = "What the flows have to know, by the names of their environment variables; nothing secret"
  value       = local.exported
}

output "exports" {
  description = "The same as export lines: eval \"$(terraform output -raw exports)\""
  value       = join("", [for name, value in local.exported : "export ${name}='${replace(value, "'", "'\\''")}'\n"])
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
  description = "The workers' cluster, task definition, log group, and policy for Prefect Cloud; null without workers"
  value       = one(module.workers[*])
}
