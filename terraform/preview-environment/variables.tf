variable "repository_name" {
  description = "The repository's name without its owner, in lower case: shop"
  type        = string
}

variable "number" {
  description = "The pull request's number."
  type        = number
}

variable "owner" {
  description = "Who is asked about it: a team."
  type        = string
}

variable "expires_at" {
  description = "When it ends if the pull request doesn't end it first: 2026-11-24T18:00:00Z"
  type        = string

  validation {
    condition     = can(formatdate("YYYY", var.expires_at))
    error_message = "An RFC 3339 time: 2026-11-24T18:00:00Z"
  }
}

variable "namespace" {
  description = "janitor.namespace of policy.yaml."
  type        = string
  default     = "dg-"
}

variable "region" {
  description = "One of the regions of policy.yaml."
  type        = string
  default     = "eu-west-1"
}
