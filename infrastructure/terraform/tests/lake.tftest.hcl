# Buckets, keys, roles and the catalog, as resources.json declares them and as it may.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "lake" {
  module {
    source = "./modules/lake"
  }
  variables {
    deletes_data   = false
    key_arns       = { data = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555" }
    policy_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555"
    buckets = {
      landing = {
        name       = "the-landing"
        versioning = true
        key        = "data"
        policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"TlsOnly\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"{bucket_arn}/*\"],\"Condition\":{\"ArnNotEquals\":{\"key\":\"{key_arn}\"}}}]}"
        lifecycle = [
          { id = "abort", abort_multipart_days = 7 },
          { id = "tier", prefix = "x_api/", transition_days = 90, storage_class = "STANDARD_IA" },
          { id = "old", expire_noncurrent_days = 30 },
        ]
      }
      temp = { name = "the-temp", versioning = false, expendable = true, lifecycle = [{ id = "expire", expire_days = 7 }] }
    }
  }

  assert {
    condition = alltrue([for block in values(aws_s3_bucket_public_access_block.this) :
      block.block_public_acls && block.ignore_public_acls && block.block_public_policy && block.restrict_public_buckets
    ])
    error_message = "All four ways to the public have to be blocked, for every bucket."
  }
  assert {
    condition     = alltrue([for encryption in values(aws_s3_bucket_server_side_encryption_configuration.this) : one(encryption.rule).bucket_key_enabled])
    error_message = "Every bucket has to have a bucket key."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["landing"].rule).apply_server_side_encryption_by_default).kms_master_key_id == var.policy_key_arn
    error_message = "The landing zone has a key of its own."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["temp"].rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "A bucket without a key of its own has S3's."
  }
  assert {
    condition = jsondecode(aws_s3_bucket_policy.this["landing"].policy).Statement[0].Resource == ["arn:aws:s3:::the-landing/*"] && (
    jsondecode(aws_s3_bucket_policy.this["landing"].policy).Statement[0].Condition.ArnNotEquals.key == var.policy_key_arn)
    error_message = "The policy has to name this bucket and the key."
  }
  assert {
    condition     = keys(aws_s3_bucket_versioning.this) == ["landing"] && keys(aws_s3_bucket_policy.this) == ["landing"]
    error_message = "Versions and a policy were declared for the landing zone alone."
  }
  assert {
    condition     = !aws_s3_bucket.this["landing"].force_destroy && aws_s3_bucket.this["temp"].force_destroy
    error_message = "Only what can be made again may go without asking."
  }
  assert {
    condition = jsonencode([for rule in aws_s3_bucket_lifecycle_configuration.this["landing"].rule : [
      rule.id, rule.filter[0].prefix,
      one(rule.abort_incomplete_multipart_upload[*].days_after_initiation),
      one(rule.transition[*].days), one(rule.transition[*].storage_class),
      one(rule.noncurrent_version_expiration[*].noncurrent_days),
      ]]) == jsonencode([
      ["abort", "", 7, null, null, null],
      ["tier", "x_api/", null, 90, "STANDARD_IA", null],
      ["old", "", null, null, null, 30],
    ])
    error_message = "The rules of the landing zone are others."
  }
}

run "roles" {
  module {
    source = "./modules/iam"
  }
  variables {
    roles = {
      reader = {
        name        = "lochan-test-reader"
        description = "Reads"
        trust       = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        policy      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      }
    }
  }

  assert {
    condition     = aws_iam_role.this["reader"].name == "lochan-test-reader" && aws_iam_role_policy.this["reader"].name == "lochan"
    error_message = "Python gives the one inline policy the name lochan, and so does Terraform."
  }
}

run "keys" {
  module {
    source = "./modules/keys"
  }
  variables {
    keys = {
      data = { alias = "alias/lochan-test", description = "Data", rotation = true, deletion_days = 30, policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    }
  }

  assert {
    condition     = aws_kms_key.this["data"].enable_key_rotation && aws_kms_key.this["data"].deletion_window_in_days == 30
    error_message = "The key has to be rotated, and kept for a month."
  }
}

run "catalog" {
  module {
    source = "./modules/catalog"
  }
  variables {
    databases          = { landing = { name = "lochan_test_landing", description = "What arrived" } }
    classifiers        = { books = { name = "lochan-test-books", delimiter = ",", quote = "\"", header = "PRESENT" } }
    connections        = { rds = { name = "lochan-test-rds", description = "Books", url = "jdbc:postgresql://books:5432/books", secret = "lochan/test/rds" } }
    connection_network = { subnet_id = "subnet-a", availability_zone = "eu-central-1a", security_group_ids = ["sg-glue"] }
    role_arns          = { glue-crawler = "arn:aws:iam::222222222222:role/crawler", glue-books = "arn:aws:iam::222222222222:role/books" }
    assets_bucket      = "the-assets"
    temp_bucket        = "the-temp"
    repository         = "../.."
    spark_package      = "../resources.json"
    security_configurations = {
      data = { name = "lochan-test", key_arn = "arn:aws:kms:eu-central-1:222222222222:key/k", s3 = "SSE-KMS", logs = "SSE-KMS", bookmarks = "CSE-KMS" }
    }
    crawlers = {
      books = {
        name        = "lochan-test-books", description = "Books", role = "glue-crawler", security_configuration = "data", database = "landing", table_prefix = "books_",
        classifiers = ["books"], paths = ["s3://the-landing/books/"], exclusions = ["**/_*"], configuration = "{\"Version\":1.0}"
      }
    }
    jobs = {
      model_books = {
        name      = "lochan-test-model-books", description = "Books", role = "glue-books", security_configuration = "data", script = "spark/jobs/model_books.py",
        arguments = { "--job-bookmark-option" = "job-bookmark-enable" }, worker_type = "G.1X", number_of_workers = 2, timeout_minutes = 60, max_concurrent_runs = 1
      }
    }
    triggers = {
      crawl = { name = "lochan-test-crawl", description = "Crawls", type = "ON_DEMAND", crawler = "books" }
      model = { name = "lochan-test-model", description = "Models", type = "CONDITIONAL", after_crawler = "books", job = "model_books" }
    }
  }

  assert {
    condition     = aws_glue_job.this["model_books"].security_configuration == "lochan-test" && aws_glue_crawler.this["books"].security_configuration == "lochan-test"
    error_message = "Jobs and crawlers have to encrypt what they write."
  }
  assert {
    condition = jsonencode([for part in aws_glue_security_configuration.this["data"].encryption_configuration : [
      part.s3_encryption[0].s3_encryption_mode, part.s3_encryption[0].kms_key_arn,
      part.cloudwatch_encryption[0].cloudwatch_encryption_mode, part.cloudwatch_encryption[0].kms_key_arn,
      part.job_bookmarks_encryption[0].job_bookmarks_encryption_mode, part.job_bookmarks_encryption[0].kms_key_arn,
      ]]) == jsonencode([[
      "SSE-KMS", "arn:aws:kms:eu-central-1:222222222222:key/k", "SSE-KMS", "arn:aws:kms:eu-central-1:222222222222:key/k",
      "CSE-KMS", "arn:aws:kms:eu-central-1:222222222222:key/k",
    ]])
    error_message = "All three have to be encrypted, with the environment's key."
  }
  assert {
    condition     = aws_glue_job.this["model_books"].glue_version == "5.1"
    error_message = "An unspecified version would mean 6.0."
  }
  assert {
    condition = aws_glue_job.this["model_books"].default_arguments == tomap({
      "--TempDir"             = "s3://the-temp/glue/"
      "--extra-py-files"      = "s3://the-assets/packages/spark-${substr(filesha256("../resources.json"), 0, 16)}.zip"
      "--job-bookmark-option" = "job-bookmark-enable"
      "--job-language"        = "python"
    })
    error_message = "A job's own arguments come after those of all jobs."
  }
  assert {
    condition     = aws_glue_job.this["model_books"].command[0].script_location == "s3://the-assets/jobs/model_books.py" && aws_s3_object.script["model_books.py"].key == "jobs/model_books.py"
    error_message = "The script has to lie where the job looks for it."
  }
  assert {
    condition     = !aws_glue_trigger.this["crawl"].enabled
    error_message = "Enabling a trigger on demand starts its crawl."
  }
  assert {
    condition     = aws_glue_trigger.this["model"].enabled && aws_glue_trigger.this["model"].start_on_creation
    error_message = "The trigger that waits for a crawl has to be active."
  }
  assert {
    condition = aws_glue_connection.this["rds"].connection_properties == tomap({
      JDBC_CONNECTION_URL = "jdbc:postgresql://books:5432/books", JDBC_ENFORCE_SSL = "true", SECRET_ID = "lochan/test/rds"
    })
    error_message = "A connection names a secret, asks for TLS, and holds no password."
  }
  assert {
    condition     = aws_glue_connection.this["rds"].physical_connection_requirements[0].subnet_id == "subnet-a"
    error_message = "A connection has to stand in the VPC."
  }
}
