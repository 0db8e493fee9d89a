# Who may open a connection to whom, a row each; whatever is not here is closed.

locals {
  groups = {
    glue      = "Glue jobs and crawlers that use a connection"
    redshift  = "The warehouse"
    workers   = "Prefect workers on ECS"
    endpoints = "Interface endpoints of AWS services"
  }

  # from, to, port. Glue's Spark workers talk to one another on any port:
  # https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html
  ways = {
    glue_to_glue          = { from = "glue", to = "glue", first = 0, last = 65535, why = "Spark workers to one another" }
    glue_to_redshift      = { from = "glue", to = "redshift", first = var.redshift_port, last = var.redshift_port, why = "Jobs and crawlers read and write the warehouse" }
    workers_to_redshift   = { from = "workers", to = "redshift", first = var.redshift_port, last = var.redshift_port, why = "Flows load the warehouse" }
    glue_to_endpoints     = { from = "glue", to = "endpoints", first = 443, last = 443, why = "Jobs call AWS" }
    redshift_to_endpoints = { from = "redshift", to = "endpoints", first = 443, last = 443, why = "The warehouse calls AWS" }
    workers_to_endpoints  = { from = "workers", to = "endpoints", first = 443, last = 443, why = "Flows call AWS" }
  }

  readers_of_rds = var.rds_security_group_id == null ? [] : ["glue", "workers"]
}

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5:Attached by the modules of Redshift, the workers and Glue's connections.
  for_each    = local.groups
  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "way" {
  # checkov:skip=CKV_AWS_24:From one of our security groups, never from an address.
  # checkov:skip=CKV_AWS_25:From one of our security groups, never from an address.
  # checkov:skip=CKV_AWS_260:From one of our security groups, never from an address.
  for_each                     = local.ways
  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.first
  to_port                      = each.value.last
  description                  = each.value.why
}

resource "aws_vpc_security_group_egress_rule" "way" {
  for_each                     = local.ways
  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.first
  to_port                      = each.value.last
  description                  = each.value.why
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  for_each          = toset(["glue", "redshift", "workers"])
  security_group_id = aws_security_group.this[each.value].id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "S3 through its gateway endpoint"
}

resource "aws_vpc_security_group_egress_rule" "rds" {
  for_each                     = toset(local.readers_of_rds)
  security_group_id            = aws_security_group.this[each.value].id
  referenced_security_group_id = var.rds_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  description                  = "PostgreSQL on RDS, where the books live"
}

# The X API and Prefect's API have no fixed addresses.
resource "aws_vpc_security_group_egress_rule" "internet" {
  count             = var.nat_gateways > 0 ? 1 : 0
  security_group_id = aws_security_group.this["workers"].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "The X API and Prefect"
}
