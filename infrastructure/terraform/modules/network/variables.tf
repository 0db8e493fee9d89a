variable "name" {
  description = "What every name in this network begins with, such as lochan-prod"
  type        = string
}

variable "account_id" {
  description = "The account whose principals may use the endpoints"
  type        = string
}

variable "region" {
  description = "The region of the endpoints' services"
  type        = string
}

variable "cidr_block" {
  description = "The addresses of the VPC, /16 to /22"
  type        = string
}

variable "zones" {
  description = "Availability zones; a subnet in each. Redshift Serverless asks for three"
  type        = list(string)
}

variable "redshift_port" {
  description = "On which port the warehouse listens"
  type        = number
}

variable "nat_gateways" {
  description = "How many NAT gateways lead to the internet (the X API and Prefect are there); 0 for none"
  type        = number
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside the VPC, by the last part of their endpoint's name"
  type        = set(string)
}

variable "rds_security_group_id" {
  description = "The security group of the PostgreSQL that Glue and the workers read; null where it is not in this VPC"
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "How long the flow logs are kept"
  type        = number
}

variable "log_key_arn" {
  description = "The KMS key of the flow logs' group"
  type        = string
}
