variable "name" {
  description = "The bucket's name. Don't let it begin with janitor.namespace."
  type        = string
}

variable "retention_days" {
  description = "How long a trail can't be deleted."
  type        = number
  default     = 365

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "A whole number of days, at least one."
  }
}

variable "mode" {
  description = "COMPLIANCE holds against everyone; GOVERNANCE lets whoever has s3:BypassGovernanceRetention delete."
  type        = string
  default     = "COMPLIANCE"

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.mode)
    error_message = "COMPLIANCE or GOVERNANCE."
  }
}

variable "kms_key" {
  description = "The ARN of a key of your own; AWS's own key for S3 if null."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
}
