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
  redshift_port         = var.warehouse == "existing" ? var.redshift_address.port : var.redshift_port
  rds_security_group_id = var.rds_security_group_id
  log_retention_days    = var.log_retention_days
  log_key_arn           = module.keys.arns["data"]
}

# What several environments of an account share is made by one of them.
locals {
  made = {
    for section in ["buckets", "databases", "log_groups"] : section => {
      for key, spec in local.resources[section] : key => spec if var.owns_shared || !try(spec.shared, false)
    }
  }
}

module "keys" {
  source = "./modules/keys"
  keys   = { for key, spec in local.resources.keys : key => merge(spec, { policy = local.key_policies[key] }) }
}

module "lake" {
  source       = "./modules/lake"
  deletes_data = var.deletes_data
  buckets = {
    for key, bucket in local.made.buckets : key => merge(bucket, { policy = try(local.bucket_policies[bucket.policy], null) })
  }
  key_arns       = module.keys.arns
  policy_key_arn = module.keys.arns["data"]
}

module "logs" {
  source = "./modules/logs"
  log_groups = {
    for key, group in local.made.log_groups : key => merge(group, { key_arn = try(module.keys.arns[group.key], null) })
  }
}

module "iam" {
  source = "./modules/iam"
  roles = {
    for key, role in local.resources.roles : key => {
      name        = role.name
      description = role.description
      trust       = local.role_trusts[key]
      policy      = replace(local.role_policies[key], "{key_arn}", module.keys.arns["data"])
    }
  }
}

module "secrets" {
  source = "./modules/secrets"
  secrets = {
    for key, secret in local.resources.secrets : key => merge(secret, { key_arn = try(module.keys.arns[secret.key], null) })
  }
  values        = var.secret_values
  versions      = var.secret_versions
  recovery_days = var.secret_recovery_days
}

module "catalog" {
  source      = "./modules/catalog"
  databases   = local.made.databases
  classifiers = local.resources.classifiers
  security_configurations = {
    for key, spec in local.resources.security_configurations : key => merge(spec, { key_arn = module.keys.arns[spec.key] })
  }
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
