locals {
  tls_only = {
    Sid       = "OnlyByTls"
    Effect    = "Deny"
    Principal = "*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
}

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
      merge(local.tls_only, { Action = "sns:Publish", Resource = local.arns.secondary }),
    ]
  })
}

resource "aws_sns_topic_subscription" "secondary_events" {
  topic_arn            = aws_sns_topic.secondary_events.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.secondary_events.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = local.arns.undeliverable })
}

resource "aws_sqs_queue" "secondary_events" {
  name                       = local.names.secondary_events
  kms_master_key_id          = aws_kms_key.data.arn
  message_retention_seconds  = 604800 # less than its dead letters', which count from the same moment
  visibility_timeout_seconds = 360

  redrive_policy = jsonencode({ deadLetterTargetArn = local.arns.undeliverable, maxReceiveCount = 5 })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.from_secondary_topic, { Resource = local.arns.queue }),
      merge(local.tls_only, { Action = "sqs:*", Resource = local.arns.queue }),
    ]
  })
}

resource "aws_sqs_queue" "undeliverable" {
  name                      = local.names.undeliverable
  kms_master_key_id         = aws_kms_key.data.arn
  message_retention_seconds = 1209600

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.arns.queue]
  })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.from_secondary_topic, { Resource = local.arns.undeliverable }),
      merge(local.tls_only, { Action = "sqs:*", Resource = local.arns.undeliverable }),
    ]
  })
}

locals {
  from_secondary_topic = {
    Sid       = "FromItsTopic"
    Effect    = "Allow"
    Principal = { Service = "sns.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = { ArnEquals = { "aws:SourceArn" = local.arns.secondary } }
  }
}
