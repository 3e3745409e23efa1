# ARNs are built from names, so that what policies say is known when a plan is made.
locals {
  place = { partition = var.partition, region = var.region, account = var.account }

  arns = {
    core_events      = "arn:${var.partition}:kinesis:${var.region}:${var.account}:stream/${var.prefix}nexus-core-events"
    secondary_topic  = "arn:${var.partition}:sns:${var.region}:${var.account}:${var.prefix}nexus-secondary-events"
    secondary_events = "arn:${var.partition}:sqs:${var.region}:${var.account}:${var.prefix}nexus-secondary-events"
    snapshots_due    = "arn:${var.partition}:sqs:${var.region}:${var.account}:${var.prefix}nexus-snapshots-due"
    failures         = "arn:${var.partition}:sqs:${var.region}:${var.account}:${var.prefix}nexus-failures"
    alarms           = "arn:${var.partition}:sns:${var.region}:${var.account}:${var.prefix}nexus-alarms"
    payloads         = "arn:${var.partition}:s3:::${var.prefix}nexus-payloads-${var.account}-${var.region}"
    commits          = var.foundation.event_store_stream_arn
  }
}

module "function" {
  source   = "../modules/function"
  for_each = local.functions

  place        = local.place
  name         = "${var.prefix}nexus-${each.key}"
  handler      = each.value.handler
  package      = var.package
  size         = each.value.size
  environment  = local.environment
  policies     = local.policies[each.key]
  key_arn      = var.foundation.key_arn
  failures_arn = local.arns.failures
}
