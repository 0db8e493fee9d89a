variable "account_id" {
  description = "The account for which services may take the roles"
  type        = string
}

variable "roles" {
  description = "Roles by short name: the full name, who takes it, and its statements as JSON"
  type = map(object({
    name       = string
    trust      = string
    statements = list(string)
  }))
}
