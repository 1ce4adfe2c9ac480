variable "repository" {
  description = "OWNER/NAME of the repository whose workflows may sign in."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "OWNER/NAME, without wildcards: whatever matches may sign in."
  }
}

variable "owner_id" {
  description = "The owner's number, where subjects carry it: gh api repos/OWNER/NAME --jq .owner.id"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[0-9]*$", var.owner_id))
    error_message = "A number."
  }
}

variable "repository_id" {
  description = "The repository's number, where subjects carry it: gh api repos/OWNER/NAME --jq .id"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[0-9]*$", var.repository_id))
    error_message = "A number."
  }
}

variable "engine" {
  description = "OWNER/NAME@COMMIT that the workflows name: only DriftGuard's own workflows of that commit may sign in. Any workflow may if empty."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+@[0-9a-f]{40})?$", var.engine))
    error_message = "OWNER/NAME@COMMIT, with all 40 digits: what can be moved is no limit."
  }
}

variable "environment" {
  description = "The GitHub environment that a job must run in to take the write role."
  type        = string
  default     = "driftguard"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+$", var.environment))
    error_message = "A plain name, without wildcards or colons."
  }
}

variable "branch" {
  description = "The branch whose workflows may take the read role."
  type        = string
  default     = "main"
}

variable "read_subjects" {
  description = "More subjects that may take the read role, without the repository: pull_request, environment:staging."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for subject in var.read_subjects : !can(regex("[*?]", subject))])
    error_message = "No wildcards: subjects are compared as they stand."
  }
}

variable "name" {
  description = "The roles are called NAME-read and NAME-write."
  type        = string
  default     = "driftguard"
}

variable "namespace" {
  description = "janitor.namespace of policy.yaml."
  type        = string
  default     = "dg-"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]+$", var.namespace))
    error_message = "At least two characters and no wildcard: an empty namespace would be everything."
  }
}

variable "owner_tag" {
  description = "janitor.owner_tag of policy.yaml."
  type        = string
  default     = "driftguard:owner"
}

variable "owners" {
  description = "janitor.owners of policy.yaml: values of the owner tag that count; any if empty."
  type        = list(string)
  default     = []
}

variable "protected_tags" {
  description = "janitor.protected_tags of policy.yaml: tag key to values; [\"*\"] means any."
  type        = map(list(string))
  default = {
    Environment = ["Production", "Prod"]
    Protected   = ["*"]
  }
}

variable "audit_bucket" {
  description = "The bucket that trails are added to; none if empty."
  type        = string
  default     = ""
}

variable "create_provider" {
  description = "False where the account trusts GitHub already."
  type        = bool
  default     = true
}

variable "permissions_boundary" {
  description = "The ARN of a boundary that your organisation asks for."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of what is made here."
  type        = map(string)
  default     = {}
}

variable "more_deletes" {
  description = "Actions of the long tail that you use, each by its name; limited by the owner tag like the others."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for action in var.more_deletes : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))])
    error_message = "service:Action, without wildcards."
  }
}
