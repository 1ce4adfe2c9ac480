"""The Terraform that ``init`` writes: for each cloud a folder with the roles that only this repository can take."""

from __future__ import annotations

import json
from collections.abc import Mapping

from driftguard.scaffold.answers import Answers
from driftguard.scaffold.detect import Found

DIRECTORY = "terraform/driftguard"
AWS, AZURE, GCP = (f"{DIRECTORY}/{folder}main.tf" for folder in ("", "azure/", "gcp/"))
ENVIRONMENT = "driftguard"


def terraform(found: Found, answers: Answers) -> Mapping[str, str]:
    """Path -> content, for each cloud that something was named of."""
    named = {AWS: (answers.accounts, _aws), AZURE: (answers.subscriptions, _azure), GCP: (answers.projects, _gcp)}
    return {path: text(found, answers) for path, (scopes, text) in named.items() if scopes}


def _aws(found: Found, answers: Answers) -> str:
    region = answers.regions[0] if answers.regions else "us-east-1"
    return f"""\
# Two roles that only this repository's workflows can take; apply it once in each account, by hand.

terraform {{
  required_version = ">= 1.11" # use_lockfile

  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }}
  }}

  backend "s3" {{
    key          = "driftguard/terraform.tfstate"
    encrypt      = true
    use_lockfile = true # bucket and region: -backend-config
  }}
}}

provider "aws" {{
  region = {_hcl(region)}
}}

module "driftguard" {{
{_common(found, answers, "aws")}
  namespace   = "dg-"

{_numbers(found)}

{_engine(answers)}
}}

output "policy_yaml" {{
  value = <<-EOT
    role: ${{module.driftguard.read_role_arn}}
    write_role: ${{module.driftguard.write_role_arn}}
  EOT
}}
"""


def _azure(found: Found, answers: Answers) -> str:
    subscription = answers.subscriptions[0]
    return f"""\
# Two applications that only this repository's workflows can sign in as; apply it once, by hand.

terraform {{
  required_version = ">= 1.11"

  required_providers {{
    azuread = {{
      source  = "hashicorp/azuread"
      version = ">= 3.0, < 4.0"
    }}
    azurerm = {{
      source  = "hashicorp/azurerm"
      version = ">= 4.0, < 5.0"
    }}
  }}

  backend "azurerm" {{
    key = "driftguard.tfstate" # storage_account_name and container_name: -backend-config
  }}
}}

provider "azurerm" {{
  features {{}}
  subscription_id = {_hcl(subscription)}
}}

module "driftguard" {{
{_common(found, answers, "azure")}

  subscription = {_hcl(f"/subscriptions/{subscription}")}

  # Where deletions are allowed: resource groups, or the subscription. Azure's roles know no limit by tag.
  scopes = []

{_numbers(found)}
}}

output "policy_yaml" {{
  value = module.driftguard.policy_yaml
}}
"""


def _gcp(found: Found, answers: Answers) -> str:
    project = answers.projects[0]
    return f"""\
# A workload identity pool that only this repository's workflows can use, and two roles; apply it once, by hand.

terraform {{
  required_version = ">= 1.11"

  required_providers {{
    google = {{
      source  = "hashicorp/google"
      version = ">= 6.0, < 8.0"
    }}
  }}

  backend "gcs" {{
    prefix = "driftguard" # bucket: -backend-config
  }}
}}

provider "google" {{
  project = {_hcl(project.id)}
}}

module "driftguard" {{
{_common(found, answers, "gcp")}
  namespace   = "dg-"

  project = {_hcl(project.id)}

  # gh api repos/{found.repo} --jq '.owner.id, .id'; Google asks for the first of them always.
  owner_id      = ""
  repository_id = ""

{_engine(answers)}
}}

output "policy_yaml" {{
  value = module.driftguard.policy_yaml
}}
"""


def _common(found: Found, answers: Answers, cloud: str) -> str:
    engine = answers.engine
    return f"""\
  source = "git::https://github.com/{engine.repo}.git//terraform/modules/oidc/{cloud}?ref={engine.commit}"

  repository  = {_hcl(found.repo)}
  branch      = {_hcl(found.branch)}
  environment = "{ENVIRONMENT}\""""


def _numbers(found: Found) -> str:
    return f"""\
  # gh api repos/{found.repo} --jq '.owner.id, .id'; empty for a repository from before July 2026 that never switched.
  owner_id      = ""
  repository_id = \"\""""


def _engine(answers: Answers) -> str:
    return f"""\
  # Only DriftGuard's own workflows of this commit may sign in: apply again whenever the workflows name another one.
  engine = "{answers.engine.repo}@{answers.engine.commit}\""""


def _hcl(text: str) -> str:
    """``text`` as a string of Terraform's, with nothing in it evaluated."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
