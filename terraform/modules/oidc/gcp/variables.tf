variable "repository" {
  description = "OWNER/NAME of the repository whose workflows may sign in."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "OWNER/NAME, without wildcards: whatever matches may sign in."
  }
}

variable "owner_id" {
  description = "The owner's number: gh api users/OWNER --jq .id"
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.owner_id))
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
  description = "The GitHub environment that a job must run in to delete."
  type        = string
  default     = "driftguard"
}

variable "branch" {
  description = "The branch whose workflows may look."
  type        = string
  default     = "main"
}

variable "project" {
  description = "The project's id."
  type        = string
}

variable "namespace" {
  description = "janitor.namespace of policy.yaml."
  type        = string
  default     = "dg-"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]+$", var.namespace))
    error_message = "At least two characters and no quote: an empty namespace would be everything."
  }
}

variable "deletes" {
  description = "The permissions of the types that you use, each by its name; those of every known type if null."
  type        = list(string)
  default     = null
}

variable "name" {
  description = "What the pool and the roles are called after."
  type        = string
  default     = "driftguard"
}
