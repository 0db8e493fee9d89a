# AWS from inside the VPC. Whoever comes through an endpoint has to be of this account.

locals {
  of_this_account = {
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = ["*"]
    Resource  = ["*"]
    Condition = { StringEquals = { "aws:PrincipalAccount" = var.account_id } }
  }

  # Layers of images lie in a bucket of ECR's own and are fetched with ECR's signature.
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
  image_layers = {
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = ["s3:GetObject"]
    Resource  = ["arn:aws:s3:::prod-${var.region}-starport-layer-bucket/*"]
  }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  policy            = jsonencode({ Version = "2012-10-17", Statement = [local.of_this_account, local.image_layers] })
  tags              = { Name = "${var.name}-s3" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = var.interface_endpoints
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.this["endpoints"].id]
  policy              = jsonencode({ Version = "2012-10-17", Statement = [local.of_this_account] })
  tags                = { Name = "${var.name}-${each.value}" }
}
