variable "secrets" {
  description = "Secrets by short name, as resources.json declares them: the full name, the fields of the value, and the KMS key"
  type        = map(object({ name = string, fields = list(string), key_arn = optional(string) }))
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

variable "recovery_days" {
  description = "How long a deleted secret can be brought back; 0 deletes at once"
  type        = number
}
