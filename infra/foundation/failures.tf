# Where events go that a function failed with when nobody waits for its answer.
resource "aws_sqs_queue" "failures" {
  name                       = local.names.failures
  kms_master_key_id          = aws_kms_key.data.arn
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 360

  redrive_allow_policy = jsonencode({ redrivePermission = "denyAll" })

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.tls_only, { Action = "sqs:*", Resource = local.arns.failures })]
  })
}

# Two kinds of payload: claims/ has commits too large for the bus; aws/lambda/, as Lambda itself names
# it, the batches that a stream's reader gave up.
resource "aws_s3_bucket" "payloads" {
  #checkov:skip=CKV_AWS_18:Reads and writes are told by CloudTrail's data events, which belong to the account
  #checkov:skip=CKV_AWS_144:The event store has all of it, so that a lost region loses nothing that is only here
  #checkov:skip=CKV2_AWS_62:Nobody waits for an object: a message or an alarm names it
  bucket = local.names.payloads
}

resource "aws_s3_bucket_public_access_block" "payloads" {
  bucket                  = aws_s3_bucket.payloads.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "payloads" {
  bucket = aws_s3_bucket.payloads.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "payloads" {
  bucket = aws_s3_bucket.payloads.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_policy" "payloads" {
  bucket = aws_s3_bucket.payloads.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.tls_only, {
        Action   = "s3:*"
        Resource = [local.arns.payloads, "${local.arns.payloads}/*"]
      }),
    ]
  })
}

resource "aws_s3_bucket_lifecycle_configuration" "payloads" {
  bucket = aws_s3_bucket.payloads.bucket

  rule {
    id     = "claims outlive every queue and stream"
    status = "Enabled"

    filter {
      prefix = "claims/"
    }

    expiration {
      days = 30
    }
  }

  rule {
    id     = "failures wait for somebody to look"
    status = "Enabled"

    filter {
      prefix = "aws/lambda/"
    }

    expiration {
      days = 400
    }
  }

  rule {
    id     = "nothing half done or replaced stays"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }
}
