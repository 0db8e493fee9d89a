# Credentials and endpoints come from the AWS_* variables, as for every other tool.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
  s3_use_path_style   = var.s3_path_style

  default_tags {
    tags = merge({ Project = "lochan", Environment = var.environment, ManagedBy = "terraform" }, var.tags)
  }
}
