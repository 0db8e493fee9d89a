variable "buckets" {
  description = "Buckets by short name: full name, versioning, the name of their objects' key, their policy's template, whether they go without asking, their lifecycle"
  type = map(object({
    name       = string
    versioning = bool
    key        = optional(string)
    policy     = optional(string)
    expendable = optional(bool, false)
    lifecycle = list(object({
      id                     = string
      prefix                 = optional(string, "")
      abort_multipart_days   = optional(number)
      expire_noncurrent_days = optional(number)
      expire_days            = optional(number)
      transition_days        = optional(number)
      storage_class          = optional(string)
    }))
  }))
}

# Beside the buckets and not in them: the buckets need not wait for the keys, which take a while.
variable "key_arns" {
  description = "The keys' ARNs by the names that buckets give"
  type        = map(string)
}

variable "deletes_data" {
  description = "Whether buckets may be deleted with what is in them"
  type        = bool
}

variable "policy_key_arn" {
  description = "The key that the policies mean by {key_arn}"
  type        = string
}
