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

# Whatever goes wrong with the policies is denied, and told in one line (docs/policy-failures.md).
resource "aws_cloudwatch_log_metric_filter" "policy_failures" {
  for_each = local.deciders

  name           = "${var.prefix}nexus-${each.key}-policy-failures"
  log_group_name = module.function[each.key].log_group
  pattern        = "\"policy-failure\""

  metric_transformation {
    namespace = "Nexus"
    name      = "${var.prefix}nexus-${each.key}-policy-failures"
    value     = "1"
    unit      = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "policy_failures" {
  for_each = aws_cloudwatch_log_metric_filter.policy_failures

  alarm_name          = "${var.prefix}nexus-${each.key}-policy-failures"
  alarm_description   = "Policies can't decide in ${each.key}, so it denies or does not start: lines with policy-failure in its log group say why."
  namespace           = each.value.metric_transformation[0].namespace
  metric_name         = each.value.metric_transformation[0].name
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.arns.alarms]
}
