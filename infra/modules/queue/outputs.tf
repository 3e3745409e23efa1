output "arn" {
  description = "The queue's ARN."
  value       = aws_sqs_queue.this.arn
}

output "undeliverable_arn" {
  description = "The ARN of the queue for its dead letters."
  value       = aws_sqs_queue.undeliverable.arn
}
