locals {
  tables = {
    snapshots    = { hash = "stream", range = { name = "version", type = "N" } }
    positions    = { hash = "position", index = "parked" }
    dead-letters = { hash = "letter", range = { name = "version", type = "N" } }
    decisions    = { hash = "shard", range = { name = "place", type = "S" }, expires = "expires" }
    rate-limits  = { hash = "key", expires = "expires" }
  }
}

module "event_store" {
  source = "../modules/table"

  name     = "${var.prefix}nexus-event-store"
  hash     = "stream"
  range    = { name = "version", type = "N" }
  streamed = true
  key_arn  = aws_kms_key.data.arn
}

resource "aws_dynamodb_resource_policy" "event_store" {
  resource_arn = module.event_store.arn

  policy = templatefile("${path.module}/../policies/event-store-table.json", {
    partition       = var.partition
    region          = var.region
    account         = var.account
    prefix          = var.prefix
    deploy_role_arn = var.deploy_role_arn
  })
}

module "table" {
  source   = "../modules/table"
  for_each = local.tables

  name    = "${var.prefix}nexus-${each.key}"
  hash    = each.value.hash
  range   = try(each.value.range, null)
  index   = try(each.value.index, null)
  expires = try(each.value.expires, null)
  key_arn = aws_kms_key.data.arn
}
