resource "aws_kinesis_stream" "core_events" {
  name             = local.names.core_events
  shard_count      = var.shards
  retention_period = 168
  encryption_type  = "KMS"
  kms_key_id       = aws_kms_key.data.arn

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }
}

resource "aws_sns_topic" "secondary_events" {
  name              = local.names.secondary_events
  kms_master_key_id = aws_kms_key.data.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.tls_only, { Action = "sns:Publish", Resource = local.arns.secondary_events }),
    ]
  })
}

resource "aws_sns_topic_subscription" "secondary_events" {
  topic_arn            = aws_sns_topic.secondary_events.arn
  protocol             = "sqs"
  endpoint             = module.secondary_events.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = local.arns.undeliverable })

  # SNS accepts no dead-letter queue that is not there yet.
  depends_on = [module.secondary_events]
}

module "secondary_events" {
  source = "../modules/queue"

  place      = local.place
  name       = local.names.secondary_events
  topic_arn  = local.arns.secondary_events
  key_arn    = aws_kms_key.data.arn
  alarms_arn = local.arns.alarms
}

# Streams of which a snapshot is due, as their commits say.
module "snapshots_due" {
  source = "../modules/queue"

  place      = local.place
  name       = local.names.snapshots_due
  key_arn    = aws_kms_key.data.arn
  alarms_arn = local.arns.alarms
}
