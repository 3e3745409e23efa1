locals {
  # By role, as infra/policies has them: made from the calls that the adapters make.
  tables = {
    for name in ["commands", "route-events", "project", "take-snapshots"] :
    name => templatefile("${path.module}/../policies/${name}.json", {
      partition = var.partition
      region    = var.region
      account   = var.account
      prefix    = var.prefix
    })
  }

  reading = {
    commits     = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    core_events = ["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
  }

  failing = [
    { Effect = "Allow", Action = "s3:PutObject", Resource = "${local.arns.payloads}/aws/lambda/*" },
    { Effect = "Allow", Action = "s3:ListBucket", Resource = local.arns.payloads },
  ]

  reads = {
    for name, source in local.readers : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{ Effect = "Allow", Action = local.reading[source], Resource = local.arns[source] }],
        local.failing,
      )
    })
  }

  takes = {
    for name, queue in local.takers : name => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        Resource = local.arns[queue]
      }]
    })
  }

  publishing = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["kinesis:PutRecord", "kinesis:PutRecords"], Resource = local.arns.core_events },
      { Effect = "Allow", Action = "sns:Publish", Resource = local.arns.secondary_topic },
      { Effect = "Allow", Action = "sqs:SendMessage", Resource = local.arns.snapshots_due },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "${local.arns.payloads}/claims/*" },
    ]
  })

  claiming = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${local.arns.payloads}/claims/*" }]
  })

  policies = {
    for name in keys(local.functions) : name => merge(
      { for each, policy in local.tables : "tables" => policy if each == name },
      { for each, policy in local.reads : "stream" => policy if each == name },
      { for each, policy in local.takes : "queue" => policy if each == name },
      name == "route-events" ? { publish = local.publishing } : {},
      contains(["project", "take-snapshots"], name) ? { claims = local.claiming } : {},
    )
  }
}
