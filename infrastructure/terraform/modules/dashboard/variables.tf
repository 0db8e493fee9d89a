variable "name" {
  description = "Name of the dashboard"
  type        = string
}

variable "region" {
  description = "The region of the metrics"
  type        = string
}

variable "jobs" {
  description = "Full names of the jobs"
  type        = list(string)
}

variable "buckets" {
  description = "Full names of the buckets whose size is shown"
  type        = list(string)
}

variable "warehouse" {
  description = "Namespace, dimensions and graphs of the warehouse's metrics; null where there is none"
  type = object({
    namespace  = string
    dimensions = map(string)
    graphs     = list(string)
    disk       = object({ metric = string, dimensions = map(string), unit = string })
  })
}

variable "alarm_arns" {
  description = "Alarms whose states are shown first"
  type        = list(string)
}

variable "worker_log_group" {
  description = "The workers' log group, whose last errors are shown; null where there are no workers"
  type        = string
}

variable "environment" {
  description = "Which environment's metrics of the ledger to show"
  type        = string
}
