# The policies of resources.json as AWS takes them: without our reasons, with the version and the key's ARN.

locals {
  role_policies = {
    for key, role in local.resources.roles : key => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in role.statements :
        merge({ Effect = "Allow" }, { for name, value in statement : name => value if name != "reason" })
      ]
    })
  }
  role_trusts = {
    for key, role in local.resources.roles : key => jsonencode({
      Version   = "2012-10-17"
      Statement = [merge({ Sid = "Trusted", Effect = "Allow", Action = ["sts:AssumeRole"] }, role.trust)]
    })
  }
  key_policies = {
    for key, spec in local.resources.keys : key => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in spec.statements : { for name, value in statement : name => value if name != "reason" }
      ]
    })
  }
  bucket_policies = {
    for key, statements in local.resources.bucket_policies : key => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in statements : { for name, value in statement : name => value if name != "reason" }
      ]
    })
  }
}
