variable "place" {
  description = "Where it runs: what ARNs are built from."
  type        = object({ partition = string, region = string, account = string })
}

variable "name" {
  description = "The function's whole name, as nexus-commands; its role and its log group have it too."
  type        = string
}

variable "handler" {
  description = "The Python function that is called, as module.function."
  type        = string
}

variable "package" {
  description = "Where the code lies: bucket, key and version of an object in S3."
  type        = object({ bucket = string, key = string, version = string })
}

variable "size" {
  description = "Memory in MB, the time for one call in seconds, and how many calls run at once."
  type        = object({ memory = number, timeout = number, concurrency = number })
}

variable "environment" {
  description = "The function's environment variables."
  type        = map(string)
}

variable "policies" {
  description = "What the role may do, by name: IAM documents as JSON, known when a plan is made."
  type        = map(string)
}

variable "key_arn" {
  description = "The ARN of the KMS key for its logs, its environment variables and the data it uses."
  type        = string
}

variable "failures_arn" {
  description = "The ARN of the queue for events that it failed with when nobody waited for the answer."
  type        = string
}
