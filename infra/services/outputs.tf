output "api" {
  description = "The URL that commands are sent to."
  value       = aws_api_gateway_stage.this.invoke_url
}

output "functions" {
  description = "The functions' names."
  value       = [for function in module.function : function.name]
}
