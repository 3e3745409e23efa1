resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117:It calls AWS's own endpoints only, each over TLS and by its role; a VPC would add a way out to pay for
  #checkov:skip=CKV_AWS_272:The package is one version of one object in a bucket that only a deployment writes to
  function_name                  = var.name
  role                           = aws_iam_role.this.arn
  handler                        = var.handler
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  s3_bucket                      = var.package.bucket
  s3_key                         = var.package.key
  s3_object_version              = var.package.version
  memory_size                    = var.size.memory
  timeout                        = var.size.timeout
  reserved_concurrent_executions = var.size.concurrency
  kms_key_arn                    = var.key_arn

  environment {
    variables = var.environment
  }

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = var.failures_arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  depends_on = [aws_iam_role_policy.runtime, aws_iam_role_policy.task]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group
  retention_in_days = 400
  kms_key_id        = var.key_arn
}

locals {
  log_group = "/aws/lambda/${var.name}"
}
