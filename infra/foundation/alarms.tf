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

resource "aws_cloudwatch_metric_alarm" "failures" {
  alarm_name          = "${local.names.failures}-not-empty"
  alarm_description   = "Something lies in ${local.names.failures}: see why, mend it, and call the function again."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failures.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}
