# resources.json with this place's names in it, as infrastructure/resources.py resolves it.

locals {
  declaration = jsondecode(file("${path.root}/../resources.json"))
  name        = "lochan-${var.environment}"
  at          = "${var.region}:${var.account_id}"

  place = {
    environment = var.environment
    account     = var.account_id
    region      = var.region
  }
  own_names = {
    for name, default in local.declaration.values : name => coalesce(lookup(local.given_names, name, null), default)
  }
  given_names = { academy_bucket = var.academy_bucket }

  # {landing} stands for a bucket's ARN, {landing_bucket} for its name.
  bucket_names = {
    for key, bucket in local.declaration.buckets : key => templatestring(local.bucket_templates[key], merge(local.place, local.own_names))
  }
  bucket_templates = { for key, bucket in local.declaration.buckets : key => replace(bucket.name, local.placeholder, local.reference) }

  arn_patterns = {
    catalog      = "arn:aws:glue:${local.at}:*"
    jobs         = "arn:aws:glue:${local.at}:job/${local.name}-*"
    crawlers     = "arn:aws:glue:${local.at}:crawler/${local.name}-*"
    triggers     = "arn:aws:glue:${local.at}:trigger/${local.name}-*"
    secrets      = "arn:aws:secretsmanager:${local.at}:secret:lochan/${var.environment}/*"
    job_logs     = "arn:aws:logs:${local.at}:log-group:/aws-glue/jobs/*"
    crawler_logs = "arn:aws:logs:${local.at}:log-group:/aws-glue/crawlers*"
  }

  # Python's {name} becomes Terraform's.
  placeholder = "/\\{([a-z_]+)\\}/"
  reference   = "$${$1}"
  template    = replace(file("${path.root}/../resources.json"), local.placeholder, local.reference)
  resources = jsondecode(templatestring(local.template, merge(
    local.place,
    local.own_names,
    local.arn_patterns,
    { for key, name in local.bucket_names : "${key}_bucket" => name },
    { for key, name in local.bucket_names : key => "arn:aws:s3:::${name}" },
  )))
}
