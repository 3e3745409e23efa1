variable "name" {
  description = "The table's whole name."
  type        = string
}

variable "hash" {
  description = "The hash key, a text."
  type        = string
}

variable "range" {
  description = "The range key and its type, S or N, where there is one."
  type        = object({ name = string, type = string })
  default     = null
}

variable "index" {
  description = "The hash key, a text, of an index of the same name; sparse: only items that have it."
  type        = string
  default     = null
}

variable "expires" {
  description = "The attribute with the time, in seconds since 1970, after which an item may be dropped."
  type        = string
  default     = null
}

variable "streamed" {
  description = "Whether each new item is told to a stream of changes."
  type        = bool
  default     = false
}

variable "key_arn" {
  description = "The ARN of the KMS key that the items are encrypted with."
  type        = string
}

variable "ceiling" {
  description = "The most request units a second, above which callers are throttled: a bound of cost."
  type        = object({ reads = number, writes = number })
  default     = { reads = 4000, writes = 4000 }
}
