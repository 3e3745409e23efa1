variable "region" {
  description = "The AWS region, as eu-central-1."
  type        = string
}

variable "account" {
  description = "The AWS account's id: twelve digits. Nothing is applied to any other account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account's id is twelve digits."
  }
}

variable "partition" {
  description = "The AWS partition, as ARNs have it."
  type        = string
  default     = "aws"
}

variable "prefix" {
  description = "What every name begins with, as \"dev-\": several systems fit into one account."
  type        = string
  default     = ""
}

variable "environment" {
  description = "What the system is for, as dev or production; a tag."
  type        = string
}

variable "owner" {
  description = "Who answers for it, as a team's name; a tag."
  type        = string
}

variable "offline" {
  description = "Whether to plan without an AWS account: made-up keys, and nobody is called."
  type        = bool
  default     = false
}

variable "package" {
  description = "Where the functions' code lies: bucket, key and version of an object in S3."
  type        = object({ bucket = string, key = string, version = string })
}

variable "foundation" {
  description = "What foundation tells by its outputs: all that can't be told from a name."
  type = object({
    key_arn                = string
    event_store_stream_arn = string
  })
}

variable "identity" {
  description = "The Cognito user pool whose tokens are believed: its ARN, its issuer and the audience."
  type        = object({ user_pool_arn = string, issuer = string, audience = string })
}

variable "policy_digest" {
  description = "The bundle of policies that may decide: its SHA-256 in hex, or released for any in policies/released.json."
  type        = string
  default     = "released"

  validation {
    condition     = can(regex("^([0-9a-f]{64}|released)$", var.policy_digest))
    error_message = "A bundle's digest is 64 hex digits in lower case; nexus policies list shows it."
  }
}
