# A workload identity pool that only this repository's workflows can enter, with GitHub's token and nothing else.

terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0, < 8.0"
    }
  }
}

locals {
  pool = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/subject"
  subjects = {
    read  = "repo:${var.repository}:ref:refs/heads/${var.branch}"
    write = "repo:${var.repository}:environment:${var.environment}"
  }
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = var.project
  workload_identity_pool_id = "${var.name}-github"
  description               = "DriftGuard's workflows"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  #checkov:skip=CKV_GCP_125:The subjects come from variables that take no wildcard; the check reads literals only
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = var.name
  description                        = "GitHub Actions of ${var.repository}"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  # The owner's number can't be taken by somebody else when an account is renamed or deleted.
  attribute_condition = "assertion.repository_owner_id == '${var.owner_id}' && (${join(" || ", [for subject in local.subjects : "assertion.sub == '${subject}'"])})"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_project_iam_custom_role" "read" {
  project     = var.project
  role_id     = "${replace(var.name, "-", "_")}_read"
  title       = "DriftGuard looks"
  permissions = jsondecode(file("${path.module}/reads.json")) # written by tools/gcp_types.py from the known types
}

resource "google_project_iam_custom_role" "write" {
  project     = var.project
  role_id     = "${replace(var.name, "-", "_")}_write"
  title       = "DriftGuard deletes"
  permissions = var.deletes
}

resource "google_project_iam_member" "read" {
  for_each = local.subjects # the write job looks, too

  project = var.project
  role    = google_project_iam_custom_role.read.name
  member  = "${local.pool}/${each.value}"
}

# The blast radius: our names only, where Google tells a condition the name.
# https://cloud.google.com/iam/docs/conditions-resource-attributes
resource "google_project_iam_member" "write" {
  project = var.project
  role    = google_project_iam_custom_role.write.name
  member  = "${local.pool}/${local.subjects.write}"

  condition {
    title       = "Only ${var.namespace}"
    description = "The last part of the resource's name begins with our namespace."
    expression  = "resource.name.extract('/buckets/{name}').startsWith('${var.namespace}') || resource.name.extract('/instances/{name}').startsWith('${var.namespace}') || resource.name.extract('/disks/{name}').startsWith('${var.namespace}') || resource.name.extract('/topics/{name}').startsWith('${var.namespace}') || resource.name.extract('/subscriptions/{name}').startsWith('${var.namespace}')"
  }
}

output "policy_yaml" {
  description = "Paste into policy.yaml under auth."
  value       = <<-EOT
    gcp:
      provider: ${google_iam_workload_identity_pool_provider.github.name}
  EOT
}
