# ARNs are built from names, so that what policies say is known when a plan is made.
locals {
  place = { partition = var.partition, region = var.region, account = var.account }
  here  = "${var.region}:${var.account}"

  names = {
    core_events      = "${var.prefix}nexus-core-events"
    secondary_events = "${var.prefix}nexus-secondary-events"
    snapshots_due    = "${var.prefix}nexus-snapshots-due"
    failures         = "${var.prefix}nexus-failures"
    alarms           = "${var.prefix}nexus-alarms"
    payloads         = "${var.prefix}nexus-payloads-${var.account}-${var.region}"
  }

  arns = {
    root             = "arn:${var.partition}:iam::${var.account}:root"
    secondary_events = "arn:${var.partition}:sns:${local.here}:${local.names.secondary_events}"
    undeliverable    = "arn:${var.partition}:sqs:${local.here}:${local.names.secondary_events}-undeliverable"
    alarms           = "arn:${var.partition}:sns:${local.here}:${local.names.alarms}"
    failures         = "arn:${var.partition}:sqs:${local.here}:${local.names.failures}"
    payloads         = "arn:${var.partition}:s3:::${local.names.payloads}"
  }

  tls_only = {
    Sid       = "OnlyByTls"
    Effect    = "Deny"
    Principal = "*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
}
