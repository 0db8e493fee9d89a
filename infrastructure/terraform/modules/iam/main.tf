# A role for each principal, each with one inline policy: what resources.json states, and nothing attached.

resource "aws_iam_role" "this" {
  for_each           = var.roles
  name               = each.value.name
  description        = each.value.description
  assume_role_policy = each.value.trust
}

resource "aws_iam_role_policy" "this" {
  for_each = var.roles
  name     = "lochan"
  role     = aws_iam_role.this[each.key].id
  policy   = each.value.policy
}
