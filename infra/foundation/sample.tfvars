# A made-up account, to plan offline.
offline         = true
region          = "eu-central-1"
account         = "123456789012"
environment     = "sample"
owner           = "platform"
deploy_role_arn = "arn:aws:iam::123456789012:role/nexus-deploy"
