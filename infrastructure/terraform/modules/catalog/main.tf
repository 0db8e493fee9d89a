# The catalog, and what fills it: the same definitions as infrastructure/catalog.py makes.

resource "aws_glue_catalog_database" "this" {
  for_each    = var.databases
  name        = each.value.name
  description = each.value.description
}

# A connection names the secret with the login, it never holds the login itself.
# https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
resource "aws_glue_connection" "this" {
  for_each        = var.connections
  name            = each.value.name
  description     = each.value.description
  connection_type = "JDBC"
  connection_properties = {
    JDBC_CONNECTION_URL = each.value.url
    JDBC_ENFORCE_SSL    = "true"
    SECRET_ID           = each.value.secret
  }

  dynamic "physical_connection_requirements" {
    for_each = var.connection_network == null ? [] : [var.connection_network]
    content {
      subnet_id              = physical_connection_requirements.value.subnet_id
      availability_zone      = physical_connection_requirements.value.availability_zone
      security_group_id_list = physical_connection_requirements.value.security_group_ids
    }
  }
}

resource "aws_glue_classifier" "this" {
  for_each = var.classifiers
  name     = each.value.name

  csv_classifier {
    delimiter              = each.value.delimiter
    quote_symbol           = each.value.quote
    contains_header        = each.value.header
    disable_value_trimming = true
    allow_single_column    = false
  }
}

# How jobs encrypt what they write to S3, and jobs and crawlers what they log.
resource "aws_glue_security_configuration" "this" {
  # checkov:skip=CKV_AWS_99:resources.json says SSE-KMS and CSE-KMS, which checkov does not read; tests/unit/infrastructure does.
  for_each = var.security_configurations
  name     = each.value.name

  encryption_configuration {
    s3_encryption {
      s3_encryption_mode = each.value.s3
      kms_key_arn        = each.value.key_arn
    }
    cloudwatch_encryption {
      cloudwatch_encryption_mode = each.value.logs
      kms_key_arn                = each.value.key_arn
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = each.value.bookmarks
      kms_key_arn                   = each.value.key_arn
    }
  }
}

resource "aws_glue_crawler" "this" {
  for_each               = var.crawlers
  name                   = each.value.name
  description            = each.value.description
  role                   = var.role_arns[each.value.role]
  security_configuration = aws_glue_security_configuration.this[each.value.security_configuration].name
  database_name          = aws_glue_catalog_database.this[each.value.database].name
  table_prefix           = each.value.table_prefix
  configuration          = each.value.configuration
  classifiers            = [for key in each.value.classifiers : aws_glue_classifier.this[key].name]

  dynamic "s3_target" {
    for_each = each.value.paths
    content {
      path       = s3_target.value
      exclusions = each.value.exclusions
    }
  }

  recrawl_policy {
    recrawl_behavior = each.value.recrawl
  }

  # A crawl of new folders alone may change no table.
  schema_change_policy {
    update_behavior = each.value.recrawl == "CRAWL_EVERYTHING" ? "UPDATE_IN_DATABASE" : "LOG"
    delete_behavior = each.value.recrawl == "CRAWL_EVERYTHING" ? "DEPRECATE_IN_DATABASE" : "LOG"
  }
}

resource "aws_glue_job" "this" {
  for_each               = var.jobs
  name                   = each.value.name
  description            = each.value.description
  role_arn               = var.role_arns[each.value.role]
  security_configuration = aws_glue_security_configuration.this[each.value.security_configuration].name
  # Always stated: an unspecified version means 6.0 (docs/decisions/0002-versions.md).
  glue_version      = "5.1"
  worker_type       = each.value.worker_type
  number_of_workers = each.value.number_of_workers
  timeout           = each.value.timeout_minutes
  max_retries       = 0
  execution_class   = "STANDARD"

  execution_property {
    max_concurrent_runs = each.value.max_concurrent_runs
  }

  command {
    name            = "glueetl"
    script_location = "s3://${var.assets_bucket}/${local.script_keys[each.key]}"
    python_version  = "3"
  }

  default_arguments = merge(
    {
      "--extra-py-files"      = "s3://${var.assets_bucket}/${local.package_key}"
      "--job-bookmark-option" = "job-bookmark-disable"
      "--job-language"        = "python"
      "--TempDir"             = "s3://${var.temp_bucket}/glue/"
    },
    each.value.arguments,
  )

  depends_on = [aws_s3_object.script, aws_s3_object.package]
}

resource "aws_glue_trigger" "this" {
  for_each    = var.triggers
  name        = each.value.name
  description = each.value.description
  type        = each.value.type
  # One that waits for a crawl is active as soon as it is there; enabling one on demand would fire it.
  enabled           = each.value.type != "ON_DEMAND"
  start_on_creation = each.value.type == "CONDITIONAL" ? true : null

  dynamic "predicate" {
    for_each = each.value.after_crawler == null ? [] : [each.value.after_crawler]
    content {
      logical = "ANY"
      conditions {
        crawler_name     = aws_glue_crawler.this[predicate.value].name
        crawl_state      = "SUCCEEDED"
        logical_operator = "EQUALS"
      }
    }
  }

  actions {
    crawler_name = each.value.crawler == null ? null : aws_glue_crawler.this[each.value.crawler].name
    job_name     = each.value.job == null ? null : aws_glue_job.this[each.value.job].name
  }
}
