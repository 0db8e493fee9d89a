# Who runs the flows, and who is told when something is wrong.

module "workers" {
  source                     = "./modules/workers"
  count                      = var.workers == "none" ? 0 : 1
  name                       = "${local.name}-worker"
  account_id                 = var.account_id
  region                     = var.region
  mode                       = var.workers
  work_pool                  = var.worker.work_pool
  image                      = var.worker.image
  cpu                        = var.worker.cpu
  memory_mib                 = var.worker.memory_mib
  worker_count               = var.worker.count
  task_role_arn              = module.iam.arns["worker"]
  environment                = local.values
  prefect_api_url            = var.worker.prefect_api_url
  prefect_api_key_secret_arn = var.worker.prefect_api_key_secret_arn
  prefect_api_key_key_arn    = var.worker.prefect_api_key_key_arn
  log_key_arn                = module.keys.arns["data"]
  log_retention_days         = var.log_retention_days
  subnet_ids                 = module.network[0].private_subnet_ids
  security_group_ids         = [module.network[0].security_group_ids["workers"]]
}

locals {
  warehouse_disk_limit = var.warehouse == "cluster" ? var.cluster.disk_alarm_percent : var.serverless.disk_alarm_megabytes
}

module "alarms" {
  source      = "./modules/alarms"
  count       = var.create_alarms ? 1 : 0
  name        = local.name
  environment = var.environment
  account_id  = var.account_id
  region      = var.region
  emails      = var.alarm_emails
  fresh_jobs  = { for key, hours in var.fresh_job_hours : local.resources.jobs[key].name => hours }

  has_warehouse      = var.warehouse != "existing"
  disk               = var.warehouse == "existing" ? null : merge(local.warehouse.metrics.disk, { namespace = local.warehouse.metrics.namespace })
  disk_threshold     = local.warehouse_disk_limit
  monthly_budget_usd = var.monthly_budget_usd
}

module "dashboard" {
  source           = "./modules/dashboard"
  count            = var.create_alarms ? 1 : 0
  name             = local.name
  environment      = var.environment
  region           = var.region
  jobs             = [for job in local.resources.jobs : job.name]
  buckets          = [for bucket in local.resources.buckets : bucket.name]
  warehouse        = var.warehouse == "existing" ? null : local.warehouse.metrics
  alarm_arns       = module.alarms[0].alarm_arns
  worker_log_group = var.workers == "none" ? null : module.workers[0].log_group
}
