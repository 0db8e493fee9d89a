# resources.json with this place's names in it, as infrastructure/resources.py resolves it.

locals {
  name = "lochan-${var.environment}"

  # Python's {name} becomes Terraform's.
  declared    = file("${path.root}/../resources.json")
  placeholder = "/\\{([a-z_]+)\\}/"
  template    = replace(local.declared, local.placeholder, "$${$1}")

  place = {
    environment = var.environment
    account     = var.account_id
    region      = var.region
  }
  given_names = { academy_bucket = var.academy_bucket }
  own_names = {
    for name, default in jsondecode(local.declared).values :
    name => coalesce(lookup(local.given_names, name, null), default)
  }
  bucket_templates = {
    for key, bucket in jsondecode(local.declared).buckets :
    "${key}_bucket" => replace(bucket.name, local.placeholder, "$${$1}")
  }
  bucket_names = {
    for key, template in local.bucket_templates :
    key => templatestring(local.bucket_templates[key], merge(local.place, local.own_names))
  }
  # Known only when keys and buckets are made: put into the finished policies.
  late_names = { key_arn = "{key_arn}", bucket_arn = "{bucket_arn}" }

  resources = jsondecode(templatestring(
    local.template, merge(local.own_names, local.bucket_names, local.place, local.late_names)
  ))
}
