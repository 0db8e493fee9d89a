# Production: a zone may fail, data stays, and somebody is told. Replace what is in <>.
environment = "prod"
account_id  = "222222222222" # <the production account>
region      = "eu-central-1"

deletes_data         = false
secret_recovery_days = 30
log_retention_days   = 365

zones        = ["a", "b", "c"]
nat_gateways = 3

warehouse                  = "serverless"
redshift_max_query_seconds = 3600
serverless                 = { base_capacity_rpu = 16, max_capacity_rpu = 128, usage_limit_rpu_hours = 256 }

rds_address = { host = "books.prod.internal", database = "books" } # <where PostgreSQL is>

workers = "service"
worker = {
  image                      = "222222222222.dkr.ecr.eu-central-1.amazonaws.com/lochan:0.1.0" # <the image>
  cpu                        = 2048
  memory_mib                 = 8192
  count                      = 2
  prefect_api_url            = "https://api.prefect.cloud/api/accounts/ACCOUNT/workspaces/WORKSPACE"            # <where Prefect is>
  prefect_api_key_secret_arn = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:prefect/api_key-AbCdEf" # <its key>
}

alarm_emails       = ["data-oncall@example.com"] # <who is told>
fresh_job_hours    = { process_tweets = 26 }
monthly_budget_usd = 2000
