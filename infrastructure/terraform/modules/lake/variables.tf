variable "buckets" {
  description = "Buckets by short name"
  type        = map(object({ name = string }))
}

variable "deletes_data" {
  description = "Whether buckets may be deleted with what is in them"
  type        = bool
}
