# Development: small, cheap, and gone with one command. Replace what is in <>.
environment = "dev"
account_id  = "111111111111" # <the development account>
region      = "eu-central-1"

deletes_data         = true
secret_recovery_days = 0
log_retention_days   = 30

zones               = ["a", "b", "c"]
nat_gateways        = 1
interface_endpoints = ["glue", "secretsmanager"]

warehouse                  = "serverless"
redshift_max_query_seconds = 1800
serverless                 = { base_capacity_rpu = 8, max_capacity_rpu = 16, usage_limit_rpu_hours = 8 }

rds_address = { host = "books.dev.internal", database = "books" } # <where PostgreSQL is>

workers = "service"
worker = {
  image           = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/lochan:0.1.0" # <the image>
  prefect_api_url = "https://prefect.dev.internal/api"                             # <where Prefect is>
}

alarm_emails       = ["data-dev@example.com"] # <who is told>
monthly_budget_usd = 150
