variable "repository" {
  description = "OWNER/NAME of the repository whose workflows may sign in."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "OWNER/NAME, without wildcards: whatever matches may sign in."
  }
}

variable "owner_id" {
  description = "The owner's number, where GitHub's subjects carry it: gh api repos/OWNER/NAME --jq .owner.id"
  type        = string
  default     = ""
}

variable "repository_id" {
  description = "The repository's number, where GitHub's subjects carry it: gh api repos/OWNER/NAME --jq .id"
  type        = string
  default     = ""
}

variable "engine" {
  description = "OWNER/NAME@COMMIT that the workflows name: only DriftGuard's own workflows of that commit may sign in. Any workflow may if empty."
  type        = string
  default     = ""
}

variable "environment" {
  description = "The GitHub environment that a job must run in to delete. Give it reviewers and a branch rule."
  type        = string
  default     = "driftguard"
}

variable "branch" {
  description = "The branch whose workflows may read the account."
  type        = string
  default     = "main"
}

variable "read_subjects" {
  description = "More subjects that may read, without the repository: pull_request lets pull requests read the account."
  type        = list(string)
  default     = []
}

variable "region" {
  description = "Where the audit bucket lies. Roles have no region."
  type        = string
  default     = "eu-west-1"
}

variable "namespace" {
  description = "janitor.namespace of policy.yaml: only names that begin so can be deleted."
  type        = string
  default     = "dg-"
}

variable "owner_tag" {
  description = "janitor.owner_tag of policy.yaml: only what carries this tag can be deleted."
  type        = string
  default     = "driftguard:owner"
}

variable "audit_bucket" {
  description = "A bucket for the audit trails, made here; none if empty."
  type        = string
  default     = ""
}

variable "audit_retention_days" {
  description = "How long nobody can delete a trail, not even an administrator."
  type        = number
  default     = 365
}
