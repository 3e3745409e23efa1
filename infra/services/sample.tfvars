# A made-up account, to plan offline.
offline     = true
region      = "eu-central-1"
account     = "123456789012"
environment = "sample"
owner       = "platform"

package = {
  bucket  = "nexus-packages-123456789012"
  key     = "nexus.zip"
  version = "sample"
}

foundation = {
  key_arn                = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-4000-8000-000000000000"
  event_store_stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/nexus-event-store/stream/2026-01-01T00:00:00.000"
}

identity = {
  user_pool_arn = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_sample"
  issuer        = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_sample"
  audience      = "sample"
}
