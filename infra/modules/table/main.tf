locals {
  attributes = merge(
    { (var.hash) = "S" },
    var.range == null ? {} : { (var.range.name) = var.range.type },
    var.index == null ? {} : { (var.index) = "S" },
  )
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.hash
  range_key                   = one(var.range[*].name)
  stream_enabled              = var.streamed
  stream_view_type            = var.streamed ? "NEW_IMAGE" : null
  deletion_protection_enabled = true

  on_demand_throughput {
    max_read_request_units  = var.ceiling.reads
    max_write_request_units = var.ceiling.writes
  }

  dynamic "attribute" {
    for_each = local.attributes

    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.index[*]

    content {
      name            = global_secondary_index.value
      hash_key        = global_secondary_index.value
      projection_type = "ALL"

      on_demand_throughput {
        max_read_request_units  = var.ceiling.reads
        max_write_request_units = var.ceiling.writes
      }
    }
  }

  # Said for a table without one, too: what is left out is known only when it has been applied.
  ttl {
    enabled        = var.expires != null
    attribute_name = var.expires
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.key_arn
  }
}
