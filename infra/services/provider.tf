provider "aws" {
  region              = var.region
  allowed_account_ids = var.offline ? null : [var.account]

  # Offline nobody is asked who we are: made-up keys, and no call to any service.
  access_key                  = var.offline ? "offline" : null
  secret_key                  = var.offline ? "offline" : null
  skip_credentials_validation = var.offline
  skip_metadata_api_check     = var.offline
  skip_requesting_account_id  = var.offline

  default_tags {
    tags = {
      project               = "nexus"
      environment           = var.environment
      owner                 = var.owner
      context               = "platform"
      "data-classification" = "internal"
    }
  }
}
