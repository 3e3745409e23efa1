locals {
  # In a key's policy "*" means this key and no other.
  this_key = "*"

  # Services that use the key of their own accord, not on behalf of a role.
  own_users = {
    logs       = "logs.${var.region}.amazonaws.com"
    sns        = "sns.amazonaws.com"
    cloudwatch = "cloudwatch.amazonaws.com"
  }
}

resource "aws_kms_key" "data" {
  description             = "All that ${var.prefix}nexus stores, sends and logs"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TheAccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = local.arns.root }
        Action    = "kms:*"
        Resource  = local.this_key
      }],
      [for name, service in local.own_users : {
        Sid       = "For${title(name)}"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = local.this_key
        Condition = name == "logs" ? {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:*"
          }
          } : {
          StringEquals = { "aws:SourceAccount" = var.account }
        }
      }],
    )
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/${var.prefix}nexus-data"
  target_key_id = aws_kms_key.data.key_id
}
