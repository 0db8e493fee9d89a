# A role for each principal, each with one inline policy: what resources.json states, and nothing attached.

resource "aws_iam_role" "this" {
  for_each           = var.roles
  name               = each.value.name
  assume_role_policy = each.value.trust
}

resource "aws_iam_role_policy" "this" {
  for_each = var.roles
  name     = "lochan"
  role     = aws_iam_role.this[each.key].id
  policy   = format("{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", join(",", each.value.statements))
}
