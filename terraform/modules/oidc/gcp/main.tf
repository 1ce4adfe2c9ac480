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
  # Repositories made or renamed since July 2026 sign in with their owner's and their own number beside the names: a
  # name can be taken over, a number can't.
  # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  owner  = split("/", var.repository)[0]
  name   = split("/", var.repository)[1]
  origin = var.repository_id == "" ? "repo:${var.repository}" : "repo:${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"

  # Whoever may push a branch may change the workflow that runs on it. GitHub says which workflow a job is really of, and
  # for the night on which branch; a closed pull request is judged by its base's policy, so that its ref says nothing.
  engine    = "${split("@", var.engine)[0]}/.github/workflows"
  commit    = try(split("@", var.engine)[1], "")
  night     = "assertion.job_workflow_ref == '${local.engine}/janitor-cron.yml@${local.commit}' && assertion.ref == 'refs/heads/${var.branch}'"
  pulls     = "assertion.job_workflow_ref == '${local.engine}/driftguard-main.yml@${local.commit}'"
  workflows = var.engine == "" ? "" : " && ((${local.night}) || ${local.pulls})"

  pool = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/subject"
  subjects = {
    read  = "${local.origin}:ref:refs/heads/${var.branch}"
    write = "${local.origin}:environment:${var.environment}"
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
  attribute_condition = "assertion.repository_owner_id == '${var.owner_id}' && (${join(" || ", [for subject in local.subjects : "assertion.sub == '${subject}'"])})${local.workflows}"

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
  permissions = var.deletes == null ? jsondecode(file("${path.module}/deletes.json")) : var.deletes
}

resource "google_project_iam_member" "read" {
  for_each = local.subjects # the write job looks, too

  project = var.project
  role    = google_project_iam_custom_role.read.name
  member  = "${local.pool}/${each.value}"
}

# The blast radius: our names only, where Google tells a condition the name; where it doesn't, nothing is deleted. An
# object's name may hold anything: its bucket's counts.
# https://cloud.google.com/iam/docs/conditions-resource-attributes
resource "google_project_iam_member" "write" {
  project = var.project
  role    = google_project_iam_custom_role.write.name
  member  = "${local.pool}/${local.subjects.write}"

  condition {
    title       = "Only ${var.namespace}"
    description = "A part of the resource's name begins with our namespace."
    expression  = "resource.name.extract('/${var.namespace}{rest}') != '' && (resource.type != 'storage.googleapis.com/Object' || resource.name.startsWith('projects/_/buckets/${var.namespace}'))"
  }

  lifecycle {
    precondition {
      condition     = !startswith(var.project, var.namespace)
      error_message = "The project's own id begins with the namespace, and stands in every name in it: the limit would be none."
    }
  }
}

output "policy_yaml" {
  description = "Paste into policy.yaml under auth."
  value       = <<-EOT
    gcp:
      provider: ${google_iam_workload_identity_pool_provider.github.name}
  EOT
}
