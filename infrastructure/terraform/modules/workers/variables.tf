variable "name" {
  description = "Name of the cluster, the service and the log group"
  type        = string
}

variable "account_id" {
  description = "The account"
  type        = string
}

variable "region" {
  description = "The region"
  type        = string
}

variable "mode" {
  description = "service: a worker waits for runs; push: Prefect Cloud starts a task for each run"
  type        = string

  validation {
    condition     = contains(["service", "push"], var.mode)
    error_message = "Workers run as a service or are pushed: set `workers` to \"service\", \"push\" or \"none\"."
  }
}

variable "work_pool" {
  description = "The Prefect work pool that the service polls"
  type        = string
}

variable "image" {
  description = "The project's image, with a tag or digest"
  type        = string
}

variable "cpu" {
  description = "CPU units of a task; 1024 are a vCPU"
  type        = number
}

variable "memory_mib" {
  description = "Memory of a task in MiB, one of those that Fargate has for the CPU units"
  type        = number
}

variable "worker_count" {
  description = "How many workers the service keeps"
  type        = number
}

variable "task_role_arn" {
  description = "What the flows may do"
  type        = string
}

variable "environment" {
  description = "The flows' values, by variable; none of them secret"
  type        = map(string)
}

variable "prefect_api_url" {
  description = "Where Prefect's API is"
  type        = string
}

variable "prefect_api_key_secret_arn" {
  description = "The secret that holds Prefect's API key as its whole value; null for a server without keys"
  type        = string
}

variable "prefect_api_key_key_arn" {
  description = "The KMS key of that secret; null where it is the account's own"
  type        = string
}

variable "log_key_arn" {
  description = "The KMS key of the logs"
  type        = string
}

variable "log_retention_days" {
  description = "How long the workers' logs are kept"
  type        = number
}

variable "subnet_ids" {
  description = "Private subnets"
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the tasks"
  type        = list(string)
}
