# Private subnets, closed by default, AWS reached from inside by this account alone.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                = "lochan-test"
  account_id          = "222222222222"
  region              = "eu-central-1"
  cidr_block          = "10.20.0.0/16"
  zones               = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  nat_gateways        = 2
  redshift_port       = 5440
  interface_endpoints = ["glue", "secretsmanager"]
  log_retention_days  = 30
  log_key_arn         = null
}

run "network" {
  module {
    source = "./modules/network"
  }

  assert {
    # A /16 in eighths: 8192 addresses each.
    condition     = [for zone in var.zones : aws_subnet.private[zone].cidr_block] == ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]
    error_message = "The private subnets are others."
  }
  assert {
    condition     = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { "eu-central-1a" = "10.20.252.0/22", "eu-central-1b" = "10.20.248.0/22" }
    error_message = "Two NAT gateways have two small public subnets, at the end of the block."
  }
  assert {
    condition     = alltrue([for subnet in values(aws_subnet.private) : subnet.map_public_ip_on_launch != true])
    error_message = "No private subnet may give public addresses."
  }
  assert {
    condition     = aws_route.nat["eu-central-1c"].nat_gateway_id == aws_nat_gateway.this["eu-central-1a"].id
    error_message = "The third of three zones takes the first of two gateways."
  }
  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group has to be closed."
  }
  assert {
    condition = alltrue([for endpoint in concat([aws_vpc_endpoint.s3], values(aws_vpc_endpoint.interface)) :
      jsondecode(endpoint.policy).Statement[0].Condition.StringEquals["aws:PrincipalAccount"] == "222222222222"
    ])
    error_message = "Endpoints are for this account's principals."
  }
  assert {
    condition     = alltrue([for rule in values(aws_vpc_security_group_ingress_rule.way) : rule.cidr_ipv4 == null])
    error_message = "Nothing may be reached from an address, only from a group."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.way["workers_to_redshift"].from_port == 5440 && aws_vpc_security_group_ingress_rule.way["workers_to_redshift"].security_group_id == aws_security_group.this["redshift"].id
    error_message = "The workers have to reach the warehouse."
  }
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL"
    error_message = "Refused connections have to be logged as well."
  }
}

run "network_without_a_way_out" {
  module {
    source = "./modules/network"
  }
  variables {
    nat_gateways = 0
  }

  assert {
    condition     = length(aws_internet_gateway.this) + length(aws_nat_gateway.this) + length(aws_route.nat) + length(aws_vpc_security_group_egress_rule.internet) == 0
    error_message = "Without NAT gateways nothing may lead to the internet."
  }
}

run "network_with_rds" {
  module {
    source = "./modules/network"
  }
  variables {
    rds_security_group_id = "sg-rds"
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.rds)) == toset(["glue", "workers"])
    error_message = "Glue and the workers read RDS, the warehouse does not."
  }
}
