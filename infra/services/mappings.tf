# The order within a stream is the shard's, so one batch of a shard is read at a time.
resource "aws_lambda_event_source_mapping" "stream" {
  for_each = local.readers

  function_name                      = module.function[each.key].name
  event_source_arn                   = local.arns[each.value]
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 100
  maximum_batching_window_in_seconds = 1
  parallelization_factor             = 1
  bisect_batch_on_function_error     = true
  maximum_retry_attempts             = 10
  maximum_record_age_in_seconds      = 21600
  function_response_types            = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = local.arns.payloads
    }
  }
}

# What a queue gives again too often goes to its dead letters, as foundation says.
resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.takers

  function_name                      = module.function[each.key].name
  event_source_arn                   = local.arns[each.value]
  batch_size                         = 100
  maximum_batching_window_in_seconds = 1
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 10
  }
}
