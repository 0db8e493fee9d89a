variable "log_groups" {
  description = "Log groups by short name: full name, retention, and the key of their events"
  type        = map(object({ name = string, retention_days = number, key_arn = optional(string) }))
}
