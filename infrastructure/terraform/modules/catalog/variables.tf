variable "databases" {
  description = "Databases of the catalog, by short name"
  type        = map(object({ name = string, description = string }))
}

variable "connections" {
  description = "JDBC connections, by short name: where they lead, and the secret with the login"
  type = map(object({
    name        = string
    description = string
    url         = string
    secret      = string
  }))
}

variable "connection_network" {
  description = "Where the connections' network interfaces stand: subnet, zone, security groups; null without a VPC"
  type        = object({ subnet_id = string, availability_zone = string, security_group_ids = list(string) })
}

variable "classifiers" {
  description = "Classifiers of CSV files, by short name"
  type        = map(object({ name = string, delimiter = string, quote = string, header = string }))
}

variable "security_configurations" {
  description = "Security configurations by short name: how S3, logs and bookmarks are encrypted, all with one key"
  type = map(object({
    name      = string
    key_arn   = string
    s3        = string
    logs      = string
    bookmarks = string
  }))
}

variable "crawlers" {
  description = "Crawlers by short name; classifiers, database and security configuration by theirs"
  type = map(object({
    name                   = string
    description            = string
    role                   = string
    security_configuration = string
    database               = string
    table_prefix           = string
    configuration          = string
    classifiers            = list(string)
    paths                  = list(string)
    exclusions             = list(string)
    recrawl                = optional(string, "CRAWL_EVERYTHING")
  }))
}

variable "jobs" {
  description = "Jobs by short name; the script by its path in the repository"
  type = map(object({
    name                   = string
    description            = string
    role                   = string
    security_configuration = string
    script                 = string
    worker_type            = string
    number_of_workers      = number
    timeout_minutes        = number
    max_concurrent_runs    = number
    arguments              = map(string)
  }))
}

variable "triggers" {
  description = "Triggers by short name: what starts, and after which crawler; all of them by short name"
  type = map(object({
    name          = string
    description   = string
    type          = string
    after_crawler = optional(string)
    crawler       = optional(string)
    job           = optional(string)
  }))
}

variable "role_arns" {
  description = "Roles of jobs and crawlers by short name"
  type        = map(string)
}

variable "assets_bucket" {
  description = "Where scripts and the zipped package lie"
  type        = string
}

variable "temp_bucket" {
  description = "Where jobs put what they need for a moment"
  type        = string
}

variable "repository" {
  description = "The repository's folder, below which the scripts are"
  type        = string
}

variable "spark_package" {
  description = "The zipped spark/ package"
  type        = string
}
