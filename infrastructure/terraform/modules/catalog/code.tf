# What jobs run, in the assets bucket under the keys that infrastructure/storage.py gives it.

locals {
  script_keys = { for key, job in var.jobs : key => "jobs/${basename(job.script)}" }
  # New code has a new key: a run that has begun keeps the package it began with.
  package_key = "packages/spark-${substr(filesha256(var.spark_package), 0, 16)}.zip"
}

resource "aws_s3_object" "script" {
  for_each    = { for key, job in var.jobs : basename(job.script) => "${var.repository}/${job.script}"... }
  bucket      = var.assets_bucket
  key         = "jobs/${each.key}"
  source      = each.value[0]
  source_hash = filesha256(each.value[0])
  metadata    = { sha256 = filesha256(each.value[0]) }
}

resource "aws_s3_object" "package" {
  bucket      = var.assets_bucket
  key         = local.package_key
  source      = var.spark_package
  source_hash = filesha256(var.spark_package)
  metadata    = { sha256 = filesha256(var.spark_package) }
}
