# The local stack: what it does not have is left out. Its addresses come from `lochan env` (docs/terraform.md).
environment          = "local"
account_id           = "000000000000"
s3_path_style        = true
create_network       = false
warehouse            = "existing"
workers              = "none"
create_alarms        = false
deletes_data         = true
secret_recovery_days = 0
