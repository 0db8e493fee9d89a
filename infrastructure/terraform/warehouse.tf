# The warehouse: one of two modules with the same outputs, or one that exists already.

locals {
  warehouse_role_arns = [module.iam.arns["redshift-copy"], module.iam.arns["redshift-unload"]]
  warehouse           = one(concat(module.redshift_serverless[*], module.redshift_cluster[*]))
  redshift_address = var.warehouse == "existing" ? var.redshift_address : {
    host     = local.warehouse.host
    port     = local.warehouse.port
    database = local.warehouse.database
  }

  addresses = {
    REDSHIFT_HOST     = local.redshift_address.host
    REDSHIFT_PORT     = tostring(local.redshift_address.port)
    REDSHIFT_DATABASE = local.redshift_address.database
    RDS_HOST          = var.rds_address.host
    RDS_PORT          = tostring(var.rds_address.port)
    RDS_DATABASE      = var.rds_address.database
  }
}

module "redshift_serverless" {
  source                = "./modules/redshift_serverless"
  count                 = var.warehouse == "serverless" ? 1 : 0
  name                  = local.name
  database              = var.redshift_database
  port                  = var.redshift_port
  admin_username        = var.redshift_admin
  key_arn               = module.keys.arns["data"]
  role_arns             = local.warehouse_role_arns
  subnet_ids            = module.network[0].private_subnet_ids
  security_group_ids    = [module.network[0].security_group_ids["redshift"]]
  base_capacity_rpu     = var.serverless.base_capacity_rpu
  max_capacity_rpu      = var.serverless.max_capacity_rpu
  max_query_seconds     = var.redshift_max_query_seconds
  usage_limit_rpu_hours = var.serverless.usage_limit_rpu_hours
}

module "redshift_cluster" {
  source                      = "./modules/redshift_cluster"
  count                       = var.warehouse == "cluster" ? 1 : 0
  name                        = local.name
  database                    = var.redshift_database
  port                        = var.redshift_port
  admin_username              = var.redshift_admin
  key_arn                     = module.keys.arns["data"]
  role_arns                   = local.warehouse_role_arns
  subnet_ids                  = module.network[0].private_subnet_ids
  security_group_ids          = [module.network[0].security_group_ids["redshift"]]
  node_type                   = var.cluster.node_type
  nodes                       = var.cluster.nodes
  max_query_seconds           = var.redshift_max_query_seconds
  snapshot_retention_days     = var.cluster.snapshot_retention_days
  keeps_final_snapshot        = !var.deletes_data
  concurrency_scaling_minutes = var.cluster.concurrency_scaling_minutes
}
