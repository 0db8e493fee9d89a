# The whole configuration on the local stack: network, warehouse, workers and alarms too. Nothing runs in it but the
# warehouse, which is the stack's own Redshift (docs/terraform.md).
environment          = "local"
account_id           = "000000000000"
s3_path_style        = true
deletes_data         = true
secret_recovery_days = 0

nat_gateways = 1
warehouse    = "serverless"

workers = "service"
worker = {
  image           = "000000000000.dkr.ecr.us-east-1.amazonaws.com/lochan:0.1.0"
  prefect_api_url = "http://localhost:4200/api"
}

alarm_emails    = ["data@example.com"]
fresh_job_hours = { process_tweets = 26 }
