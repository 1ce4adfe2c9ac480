# An application that only this repository's workflows can sign in as, with GitHub's token and nothing else.

terraform {
  required_version = ">= 1.5"

  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = ">= 3.0, < 4.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0, < 5.0"
    }
  }
}

data "azurerm_client_config" "here" {}

locals {
  # Repositories made or renamed since July 2026 sign in with their owner's and their own number beside the names: a
  # name can be taken over, a number can't.
  # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  owner  = split("/", var.repository)[0]
  name   = split("/", var.repository)[1]
  origin = var.repository_id == "" ? "repo:${var.repository}" : "repo:${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"

  # Entra compares subjects as they stand; one credential a subject.
  subjects = {
    read  = "${local.origin}:ref:refs/heads/${var.branch}"
    write = "${local.origin}:environment:${var.environment}"
  }
}

resource "azuread_application" "driftguard" {
  for_each = local.subjects

  display_name = "${var.name}-${each.key}"
}

resource "azuread_service_principal" "driftguard" {
  for_each = local.subjects

  client_id = azuread_application.driftguard[each.key].client_id
}

resource "azuread_application_federated_identity_credential" "github" {
  #checkov:skip=CKV_AZURE_249:The subject comes from variables that take no wildcard; the check reads literals only
  for_each = local.subjects

  application_id = azuread_application.driftguard[each.key].id
  display_name   = "github-${each.key}"
  issuer         = "https://token.actions.githubusercontent.com"
  audiences      = ["api://AzureADTokenExchange"]
  subject        = each.value

  lifecycle {
    precondition {
      condition     = (var.owner_id == "") == (var.repository_id == "")
      error_message = "owner_id and repository_id go together: a subject carries both or none."
    }
  }
}

resource "azurerm_role_definition" "read" {
  name        = "${var.name}-read"
  scope       = var.subscription
  description = "DriftGuard looks: names, tags, settings and locks, never data or keys."

  # Each resource is read natively before and after a deletion, whatever its type. Data and keys are no reads to Azure.
  permissions {
    actions = ["*/read"]
  }

  assignable_scopes = [var.subscription]
}

# Azure's roles know no condition on tags for deletions: the assignment's scope is the limit. Locks are never touched:
# nobody here may write or delete Microsoft.Authorization. Whoever writes holds the role that reads, too.
resource "azurerm_role_definition" "write" {
  name        = "${var.name}-write"
  scope       = var.subscription
  description = "DriftGuard deletes resources and resource groups in the scopes it is assigned to."

  permissions {
    actions     = var.deletes == null ? jsondecode(file("${path.module}/deletes.json")) : var.deletes
    not_actions = ["Microsoft.Authorization/*/delete", "Microsoft.Authorization/*/write"]
  }

  assignable_scopes = [var.subscription]
}

resource "azurerm_role_assignment" "read" {
  for_each = local.subjects # the write job looks, too

  scope              = var.subscription
  role_definition_id = azurerm_role_definition.read.role_definition_resource_id
  principal_id       = azuread_service_principal.driftguard[each.key].object_id
}

resource "azurerm_role_assignment" "write" {
  for_each = toset(var.scopes)

  scope              = each.value
  role_definition_id = azurerm_role_definition.write.role_definition_resource_id
  principal_id       = azuread_service_principal.driftguard["write"].object_id
}

output "policy_yaml" {
  description = "Paste into policy.yaml under auth; the write job's own client is the second."
  value       = <<-EOT
    azure:
      tenant: ${data.azurerm_client_config.here.tenant_id}
      client: ${azuread_application.driftguard["read"].client_id} # janitor.clouds.azure.write_client: ${azuread_application.driftguard["write"].client_id}
  EOT
}
