resource "aws_sns_topic" "alarms" {
  name              = local.names.alarms
  kms_master_key_id = aws_kms_key.data.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FromAlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.arns.alarms
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      merge(local.tls_only, { Action = "sns:Publish", Resource = local.arns.alarms }),
    ]
  })
}

resource "aws_cloudwatch_metric_alarm" "letters" {
  for_each = {
    undeliverable = aws_sqs_queue.undeliverable.name
    failures      = aws_sqs_queue.failures.name
  }

  alarm_name          = "${each.value}-not-empty"
  alarm_description   = "Something lies in ${each.value}: see why, mend it, and redrive."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}

resource "aws_cloudwatch_metric_alarm" "secondary_events_age" {
  alarm_name          = "${local.names.secondary_events}-old"
  alarm_description   = "Secondary events wait for 5 minutes or more: their consumer fails or can't keep up."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.secondary_events.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 300
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}
