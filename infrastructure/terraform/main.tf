# One environment of Lochan. Parts that a place does not have are left out by values, never by its name.

module "network" {
  source                = "./modules/network"
  count                 = var.create_network ? 1 : 0
  name                  = local.name
  account_id            = var.account_id
  region                = var.region
  cidr_block            = var.vpc_cidr
  zones                 = [for zone in var.zones : "${var.region}${zone}"]
  nat_gateways          = var.nat_gateways
  interface_endpoints   = var.interface_endpoints
  rds_security_group_id = var.rds_security_group_id
  log_retention_days    = var.log_retention_days
  log_key_arn           = null
}

module "lake" {
  source       = "./modules/lake"
  buckets      = local.resources.buckets
  deletes_data = var.deletes_data
}

module "iam" {
  source     = "./modules/iam"
  account_id = var.account_id
  roles = {
    for key, role in local.resources.roles : key => {
      name = role.name
      trust = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = role.service }
          Action    = "sts:AssumeRole"
          Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
        }]
      })
      statements = [for statement in role.statements : jsonencode(merge({ Effect = "Allow" }, statement))]
    }
  }
}

module "secrets" {
  source        = "./modules/secrets"
  secrets       = local.resources.secrets
  values        = var.secret_values
  versions      = var.secret_versions
  key_arn       = null
  recovery_days = var.secret_recovery_days
}

module "catalog" {
  source      = "./modules/catalog"
  databases   = local.resources.databases
  classifiers = local.resources.classifiers
  crawlers = {
    for key, crawler in local.resources.crawlers : key => merge({ classifiers = [] }, crawler, {
      configuration                                                           = jsonencode(crawler.configuration)
    })
  }
  jobs     = { for key, job in local.resources.jobs : key => merge({ arguments = {} }, job) }
  triggers = local.resources.triggers
  connections = {
    for key, connection in local.resources.connections : key => {
      name        = connection.name
      description = connection.description
      secret      = connection.secret
      url         = format("jdbc:%s://%s:%s/%s", connection.vendor, [for variable in connection.address : local.addresses[variable]]...)
    }
  }
  connection_network = var.create_network ? {
    subnet_id          = module.network[0].private_subnet_ids[0]
    availability_zone  = module.network[0].zones[0]
    security_group_ids = [module.network[0].security_group_ids["glue"]]
  } : null
  role_arns     = module.iam.arns
  assets_bucket = module.lake.names["assets"]
  temp_bucket   = module.lake.names["temp"]
  repository    = "${path.root}/../.."
  spark_package = "${path.root}/${var.spark_package}"
}
