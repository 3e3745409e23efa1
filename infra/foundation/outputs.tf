output "foundation" {
  description = "What services take as their variable of the same name."
  value = {
    key_arn                = aws_kms_key.data.arn
    event_store_stream_arn = module.event_store.stream_arn
  }
}
