variable "name" {
  description = "Name of the namespace and of the workgroup"
  type        = string
}

variable "database" {
  description = "The first database"
  type        = string
}

variable "port" {
  description = "On which port the warehouse listens"
  type        = number
}

variable "admin_username" {
  description = "Who makes the loading user and grants; Redshift makes and rotates the password"
  type        = string
}

variable "key_arn" {
  description = "The KMS key of the data and of the administrator's secret"
  type        = string
}

variable "role_arns" {
  description = "Roles that COPY, UNLOAD and the like may name"
  type        = list(string)
}

variable "subnet_ids" {
  description = "Private subnets; enhanced VPC routing asks for three, in three zones"
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the endpoint"
  type        = list(string)
}

variable "base_capacity_rpu" {
  description = "RPUs that a query starts with"
  type        = number
}

variable "max_capacity_rpu" {
  description = "RPUs that the workgroup never goes beyond"
  type        = number
}

variable "max_query_seconds" {
  description = "When a query is ended"
  type        = number
}

variable "usage_limit_rpu_hours" {
  description = "RPU-hours a day after which queries are refused until the next day"
  type        = number
}
