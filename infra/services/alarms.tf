resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.functions

  alarm_name          = "${var.prefix}nexus-${each.key}-errors"
  alarm_description   = "Calls of ${each.key} fail: its log group says why."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = module.function[each.key].name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}

resource "aws_cloudwatch_metric_alarm" "iterator_age" {
  for_each = local.readers

  alarm_name          = "${var.prefix}nexus-${each.key}-behind"
  alarm_description   = "${each.key} is a minute or more behind its stream: it fails or can't keep up."
  namespace           = "AWS/Lambda"
  metric_name         = "IteratorAge"
  dimensions          = { FunctionName = module.function[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 60000
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}
