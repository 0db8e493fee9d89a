variable "roles" {
  description = "Roles by short name: the full name, who may take it, and its policy; both as JSON"
  type        = map(object({ name = string, description = string, trust = string, policy = string }))
}
