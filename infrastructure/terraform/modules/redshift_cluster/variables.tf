variable "name" {
  description = "Name of the cluster, its subnet group and its parameter group"
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
  description = "Private subnets of the subnet group"
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the cluster"
  type        = list(string)
}

variable "node_type" {
  description = "RA3 or RG: their storage is managed and grows by itself"
  type        = string
}

variable "nodes" {
  description = "How many nodes"
  type        = number
}

variable "max_query_seconds" {
  description = "When a statement is ended"
  type        = number
}

variable "snapshot_retention_days" {
  description = "How long automated snapshots are kept"
  type        = number
}

variable "keeps_final_snapshot" {
  description = "Whether destroying the cluster leaves a snapshot behind"
  type        = bool
}

variable "concurrency_scaling_minutes" {
  description = "Minutes of concurrency scaling a day after which there is none until the next day"
  type        = number
}
