terraform {
  # 1.11 brought write-only arguments (secrets outside the state) and the S3 backend's own lock file.
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # Where: environments/<name>.s3.tfbackend. One writer at a time, by a lock file beside the state.
  # https://developer.hashicorp.com/terraform/language/backend/s3
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}
