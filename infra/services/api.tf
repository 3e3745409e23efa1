locals {
  commands_arn = "arn:${var.partition}:lambda:${var.region}:${var.account}:function:${var.prefix}nexus-commands"
  api_log      = "/aws/apigateway/${var.prefix}nexus"

  # Each request is let in by the user pool's authorizer, but for /health, which anybody may ask.
  api = templatefile("${path.module}/api.json", {
    name          = "${var.prefix}nexus"
    user_pool_arn = var.identity.user_pool_arn
    commands = jsonencode({
      type       = "aws_proxy"
      httpMethod = "POST"
      uri        = "arn:${var.partition}:apigateway:${var.region}:lambda:path/2015-03-31/functions/${local.commands_arn}/invocations"
    })
  })
}

resource "aws_api_gateway_rest_api" "this" {
  name = "${var.prefix}nexus"
  body = local.api

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers    = { body = sha256(local.api) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_120:Commands are never answered from a cache
  #checkov:skip=CKV2_AWS_29:Requests need a token and are throttled; a web ACL is the account's to choose and to pay
  #checkov:skip=CKV2_AWS_51:Behind it are functions, which know the API by its resource-based permission, not by a certificate
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = "live"
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = jsonencode({
      requestId = "$context.requestId"
      time      = "$context.requestTime"
      principal = "$context.authorizer.claims.sub"
      method    = "$context.httpMethod"
      path      = "$context.path"
      status    = "$context.status"
      latency   = "$context.responseLatency"
      error     = "$context.error.message"
    })
  }
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:Commands are never answered from a cache
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    data_trace_enabled     = false # it would log what commands say
    logging_level          = "ERROR"
    throttling_rate_limit  = 1000
    throttling_burst_limit = 2000
  }
}

resource "aws_lambda_permission" "api" {
  statement_id  = "FromTheApi"
  action        = "lambda:InvokeFunction"
  function_name = module.function["commands"].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/*/*"
}

resource "aws_cloudwatch_log_group" "api" {
  name              = local.api_log
  retention_in_days = 400
  kms_key_id        = var.foundation.key_arn
}
