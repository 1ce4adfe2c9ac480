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

variable "subscription" {
  description = "/subscriptions/ID, what is looked at."
  type        = string
}

variable "scopes" {
  description = "Where deletions are allowed: resource groups rather than the subscription."
  type        = list(string)
}

variable "deletes" {
  description = "The delete actions of the types that you use, each by its name; those of all known types if null."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for action in coalesce(var.deletes, []) : endswith(action, "/delete") && !strcontains(action, "*")])
    error_message = "Deletions by name, without wildcards."
  }
}

variable "name" {
  description = "The applications are called NAME-read and NAME-write."
  type        = string
  default     = "driftguard"
}
