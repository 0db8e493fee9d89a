# ---- where

variable "environment" {
  description = "The environment; every name has it in the middle, so that several live in one account"
  type        = string

  validation {
    # A bucket's name has 63 letters at most, and the longest of ours leaves these.
    condition     = can(regex("^[a-z][a-z0-9]{0,14}$", var.environment))
    error_message = "The environment ${var.environment} has to be 1 to 15 lower-case letters and digits, a letter first."
  }
}

variable "account_id" {
  description = "The AWS account; with credentials of any other, nothing is planned or applied"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "The account ${var.account_id} has to be the 12 digits that `aws sts get-caller-identity` prints."
  }
}

variable "region" {
  description = "The AWS region"
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region ${var.region} has to look like eu-central-1."
  }
}

variable "s3_path_style" {
  description = "Whether buckets stand in the path of S3's URLs: for endpoints without a DNS name for each bucket"
  type        = bool
  default     = false
}

variable "tags" {
  description = "Further tags of everything that can have tags"
  type        = map(string)
  default     = {}
}

# ---- what is kept

variable "academy_bucket" {
  description = "A bucket with the academy's lines, if it is another than resources.json names"
  type        = string
  default     = null
}

variable "owns_shared" {
  description = "Whether this environment makes what all environments of the account share; true for one of them"
  type        = bool
  default     = true
}

variable "deletes_data" {
  description = "Whether `destroy` may delete buckets with objects in them; false makes it stop at the first"
  type        = bool
  default     = false
}

variable "spark_package" {
  description = "The zipped spark/ package, relative to this folder; `python -m infrastructure.package` writes it"
  type        = string
  default     = "../../dist/spark.zip"

  validation {
    condition     = fileexists("${path.root}/${var.spark_package}")
    error_message = "There is no ${var.spark_package}: write it with `python -m infrastructure.package dist/spark.zip`."
  }
}

variable "secret_values" {
  description = "Values of secrets by short name and field, such as {x_api = {token = ...}}; kept in no plan and no state"
  type        = map(map(string))
  default     = {}
  sensitive   = true
  ephemeral   = true
}

variable "secret_versions" {
  description = "Which of secret_values to write, by short name; raise the number to write a new value"
  type        = map(number)
  default     = {}
}

variable "secret_recovery_days" {
  description = "How long deleted secrets can be brought back: 7 to 30 days, or 0 for not at all"
  type        = number
  default     = 30

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "Secrets Manager keeps deleted secrets for 7 to 30 days, or 0 for not at all."
  }
}

variable "log_retention_days" {
  description = "How long the logs of the network and the workers are kept"
  type        = number
  default     = 365

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827], var.log_retention_days)
    error_message = "CloudWatch Logs has no retention of ${var.log_retention_days} days: take 7, 30, 90, 365 or another that it lists."
  }
}

# ---- where the flows' sources are

variable "rds_address" {
  description = "The PostgreSQL with the books; it exists already"
  type        = object({ host = string, port = optional(number, 5432), database = string })
}

variable "rds_security_group_id" {
  description = "Its security group, where it is in this VPC"
  type        = string
  default     = null
}

variable "x_api_url" {
  description = "Where the X API answers"
  type        = string
  default     = "https://api.x.com"

  validation {
    condition     = can(regex("^https?://[^/]+$", var.x_api_url))
    error_message = "${var.x_api_url} has to be an address without a path, such as https://api.x.com."
  }
}

# ---- the network

variable "create_network" {
  description = "Whether to make the VPC; the warehouse and the workers need it"
  type        = bool
  default     = true
}

variable "vpc_cidr" {
  description = "The VPC's addresses, /16 to /22"
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "${var.vpc_cidr} has to be a block of addresses from /16 to /22, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "The last letters of the availability zones; three, for Redshift Serverless"
  type        = list(string)
  default     = ["a", "b", "c"]

  validation {
    condition     = length(var.zones) == length(distinct(var.zones)) && length(var.zones) >= 2 && length(var.zones) <= 6
    error_message = "Name two to six different zones, such as [\"a\", \"b\", \"c\"]."
  }
}

variable "nat_gateways" {
  description = "How many NAT gateways the zones share; without one the workers reach neither the X API nor Prefect Cloud"
  type        = number
  default     = 1

  validation {
    condition     = var.nat_gateways >= 0 && var.nat_gateways <= length(var.zones)
    error_message = "There are ${length(var.zones)} zones: take 0 to ${length(var.zones)} NAT gateways."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside the VPC; each costs something an hour in every zone"
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "glue", "kms", "logs", "monitoring", "secretsmanager", "sts"]
}

# ---- the warehouse

variable "warehouse" {
  description = "serverless, cluster, or existing: one that is at redshift_address already"
  type        = string
  default     = "serverless"

  validation {
    condition     = contains(["serverless", "cluster", "existing"], var.warehouse)
    error_message = "The warehouse is \"serverless\", \"cluster\" or \"existing\", not \"${var.warehouse}\"."
  }
  validation {
    condition     = var.warehouse == "existing" || var.create_network
    error_message = "A ${var.warehouse} warehouse lives in private subnets: set create_network = true, or warehouse = \"existing\"."
  }
}

variable "redshift_address" {
  description = "Where the existing warehouse listens"
  type        = object({ host = string, port = optional(number, 5439), database = string })
  default     = null

  validation {
    condition     = (var.redshift_address != null) == (var.warehouse == "existing")
    error_message = "Give redshift_address exactly where warehouse = \"existing\"; it is \"${var.warehouse}\"."
  }
}

variable "redshift_database" {
  description = "The first database of the warehouse"
  type        = string
  default     = "dev"
}

variable "redshift_admin" {
  description = "The warehouse's administrator; Redshift makes the password and rotates it"
  type        = string
  default     = "lochan_admin"
}

variable "redshift_port" {
  description = "On which port the warehouse listens; AWS has 5431 to 5455 and 8191 to 8215"
  type        = number
  default     = 5439

  validation {
    condition     = var.redshift_port >= 1024 && var.redshift_port <= 65535
    error_message = "The warehouse listens on a port from 1024 to 65535, not ${var.redshift_port}."
  }
}

variable "redshift_max_query_seconds" {
  description = "When the warehouse ends a query"
  type        = number
  default     = 3600

  validation {
    condition     = var.redshift_max_query_seconds >= 60 && var.redshift_max_query_seconds <= 86399
    error_message = "Queries may take 60 to 86399 seconds."
  }
}

variable "serverless" {
  description = "Size and limits of the serverless warehouse: RPUs, RPU-hours a day, megabytes"
  type = object({
    base_capacity_rpu     = optional(number, 8)
    max_capacity_rpu      = optional(number, 32)
    usage_limit_rpu_hours = optional(number, 32)
    disk_alarm_megabytes  = optional(number, 500000)
  })
  default = {}

  validation {
    # https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html
    condition     = var.serverless.base_capacity_rpu >= 4 && var.serverless.base_capacity_rpu <= 1024
    error_message = "The warehouse starts with 4 to 1024 RPUs, not ${var.serverless.base_capacity_rpu}."
  }
}

variable "cluster" {
  description = "Size and limits of the warehouse as a cluster"
  type = object({
    node_type                   = optional(string, "ra3.large")
    nodes                       = optional(number, 2)
    snapshot_retention_days     = optional(number, 7)
    concurrency_scaling_minutes = optional(number, 60)
    disk_alarm_percent          = optional(number, 80)
  })
  default = {}

  validation {
    condition     = can(regex("^(ra3|rg)\\.", var.cluster.node_type))
    error_message = "The node type ${var.cluster.node_type} keeps data on its own disks: take RA3 or RG, whose storage grows."
  }
  validation {
    condition     = var.cluster.snapshot_retention_days >= 1 && var.cluster.snapshot_retention_days <= 35
    error_message = "Snapshots are kept 1 to 35 days."
  }
}

# ---- the workers

variable "workers" {
  description = "service: Prefect workers on ECS; push: Prefect Cloud starts tasks on ECS; none"
  type        = string
  default     = "service"

  validation {
    condition     = contains(["service", "push", "none"], var.workers)
    error_message = "Workers are \"service\", \"push\" or \"none\", not \"${var.workers}\"."
  }
  validation {
    condition     = var.workers == "none" || (var.create_network && var.worker.image != null && var.worker.prefect_api_url != null)
    error_message = "Workers need create_network = true, worker.image and worker.prefect_api_url; or set workers = \"none\"."
  }
}

variable "worker" {
  description = "The workers: image, size, number, and their Prefect"
  type = object({
    image                      = optional(string)
    cpu                        = optional(number, 1024)
    memory_mib                 = optional(number, 4096)
    count                      = optional(number, 1)
    work_pool                  = optional(string, "lochan")
    prefect_api_url            = optional(string)
    prefect_api_key_secret_arn = optional(string)
    prefect_api_key_key_arn    = optional(string)
  })
  default = {}
}

# ---- who is told

variable "create_alarms" {
  description = "Whether to make alarms, budget and dashboard"
  type        = bool
  default     = true
}

variable "alarm_emails" {
  description = "Who is told; each confirms once"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "Every one of alarm_emails has to be an e-mail address."
  }
}

variable "fresh_job_hours" {
  description = "Jobs, by their key in resources.json, that have to succeed again within so many hours"
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.fresh_job_hours), keys(local.resources.jobs))) == 0
    error_message = "fresh_job_hours may name ${join(", ", keys(local.resources.jobs))}."
  }
}

variable "monthly_budget_usd" {
  description = "What the environment may cost a month, in US dollars, before somebody is told"
  type        = number
  default     = 200

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "A budget is more than 0 dollars."
  }
}
