# ARNs are built from names, so that what policies say is known when a plan is made.
locals {
  arns = {
    root          = "arn:${var.partition}:iam::${var.account}:root"
    core_events   = "arn:${var.partition}:kinesis:${var.region}:${var.account}:stream/${local.names.core_events}"
    secondary     = "arn:${var.partition}:sns:${var.region}:${var.account}:${local.names.secondary_events}"
    alarms        = "arn:${var.partition}:sns:${var.region}:${var.account}:${local.names.alarms}"
    queue         = "arn:${var.partition}:sqs:${var.region}:${var.account}:${local.names.secondary_events}"
    undeliverable = "arn:${var.partition}:sqs:${var.region}:${var.account}:${local.names.undeliverable}"
    failures      = "arn:${var.partition}:sqs:${var.region}:${var.account}:${local.names.failures}"
    payloads      = "arn:${var.partition}:s3:::${local.names.payloads}"
  }

  names = {
    core_events      = "${var.prefix}nexus-core-events"
    secondary_events = "${var.prefix}nexus-secondary-events"
    undeliverable    = "${var.prefix}nexus-secondary-events-undeliverable"
    failures         = "${var.prefix}nexus-failures"
    alarms           = "${var.prefix}nexus-alarms"
    payloads         = "${var.prefix}nexus-payloads-${var.account}-${var.region}"
  }
}
