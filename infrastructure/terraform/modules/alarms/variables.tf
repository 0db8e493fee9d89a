variable "name" {
  description = "What every name begins with, such as lochan-prod; jobs and crawlers too"
  type        = string
}

variable "account_id" {
  description = "The account whose events and alarms may be published"
  type        = string
}

variable "region" {
  description = "The region"
  type        = string
}

variable "emails" {
  description = "Who is told; each has to confirm once"
  type        = set(string)
}

variable "fresh_jobs" {
  description = "Full names of jobs that have to succeed again within so many hours, 1 to 168"
  type        = map(number)

  validation {
    # CloudWatch looks back a week at most with periods of an hour.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    condition     = alltrue([for hours in values(var.fresh_jobs) : hours >= 1 && hours <= 168 && floor(hours) == hours])
    error_message = "Every job of `fresh_jobs` needs a whole number of hours from 1 to 168."
  }
}

variable "has_warehouse" {
  description = "Whether there is a warehouse of ours to watch"
  type        = bool
}

variable "disk" {
  description = "The warehouse's metric of used storage: namespace, metric, dimensions; null where there is none"
  type        = object({ namespace = string, metric = string, dimensions = map(string), unit = string })
}

variable "disk_threshold" {
  description = "From where on the storage is too full, in the metric's unit"
  type        = number
}

variable "monthly_budget_usd" {
  description = "What the environment may cost a month, in US dollars"
  type        = number
}

variable "environment" {
  description = "The value of the tag Environment, by which costs are told apart"
  type        = string
}
