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

variable "deploy_role_arn" {
  description = "The one role that may change or remove the event store's table and its policy."
  type        = string
}

variable "shards" {
  description = "Shards of the core stream: each takes 1 MB and 1,000 commits a second."
  type        = number
  default     = 2
}
