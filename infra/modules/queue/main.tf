locals {
  names = { queue = var.name, undeliverable = "${var.name}-undeliverable" }

  arns = {
    for each, name in local.names :
    each => "arn:${var.place.partition}:sqs:${var.place.region}:${var.place.account}:${name}"
  }

  policies = {
    for each, arn in local.arns : each => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{
          Sid       = "OnlyByTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sqs:*"
          Resource  = arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        }],
        [for topic in var.topic_arn[*] : {
          Sid       = "FromItsTopic"
          Effect    = "Allow"
          Principal = { Service = "sns.amazonaws.com" }
          Action    = "sqs:SendMessage"
          Resource  = arn
          Condition = { ArnEquals = { "aws:SourceArn" = topic } }
        }],
      )
    })
  }
}

resource "aws_sqs_queue" "this" {
  name                       = local.names.queue
  kms_master_key_id          = var.key_arn
  policy                     = local.policies.queue
  visibility_timeout_seconds = 360
  # Less than the dead letters' time, which counts from the same moment.
  message_retention_seconds = 604800

  redrive_policy = jsonencode({ deadLetterTargetArn = local.arns.undeliverable, maxReceiveCount = 5 })

  # SQS accepts no dead-letter queue that is not there yet.
  depends_on = [aws_sqs_queue.undeliverable]
}

resource "aws_sqs_queue" "undeliverable" {
  name                       = local.names.undeliverable
  kms_master_key_id          = var.key_arn
  policy                     = local.policies.undeliverable
  visibility_timeout_seconds = 360
  message_retention_seconds  = 1209600

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.arns.queue]
  })
}
