output "arn" {
  description = "The table's ARN."
  value       = aws_dynamodb_table.this.arn
}

output "stream_arn" {
  description = "The ARN of its stream of changes, which has the time of its making in it."
  value       = aws_dynamodb_table.this.stream_arn
}
