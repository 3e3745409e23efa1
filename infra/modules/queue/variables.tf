variable "place" {
  description = "Where it is: what ARNs are built from."
  type        = object({ partition = string, region = string, account = string })
}

variable "name" {
  description = "The queue's whole name; its dead letters lie in one that ends in \"-undeliverable\"."
  type        = string
}

variable "topic_arn" {
  description = "The ARN of the topic that fills it; without one, roles do."
  type        = string
  default     = null
}

variable "key_arn" {
  description = "The ARN of the KMS key that the messages are encrypted with."
  type        = string
}

variable "alarms_arn" {
  description = "The ARN of the topic that alarms go to."
  type        = string
}
