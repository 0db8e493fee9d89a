variable "keys" {
  description = "KMS keys by short name: alias, description, rotation, the days before a deleted one is gone, its policy"
  type = map(object({
    alias         = string
    description   = string
    rotation      = bool
    deletion_days = number
    policy        = string
  }))
}
