variable "secrets" {
  description = "Secrets by short name, as resources.json declares them: the full name, and the fields of the value"
  type        = map(object({ name = string, fields = list(string) }))
}

variable "values" {
  description = "Values by short name and field; they reach neither the plan nor the state"
  type        = map(map(string))
  default     = {}
  sensitive   = true
  ephemeral   = true
}

variable "versions" {
  description = "Which values Terraform writes, by short name; a higher number writes again"
  type        = map(number)

  validation {
    condition     = length(setsubtract(keys(var.versions), keys(var.secrets))) == 0
    error_message = "There are no secrets ${join(", ", setsubtract(keys(var.versions), keys(var.secrets)))}: `secret_versions` may name ${join(", ", keys(var.secrets))}."
  }
}

variable "key_arn" {
  description = "The KMS key of the values; null for the account's own"
  type        = string
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back; 0 deletes at once"
  type        = number
}
