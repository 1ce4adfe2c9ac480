# What a team applies once, by hand, so that DriftGuard needs no stored key. State lies in S3 and is locked there.
#
#   terraform init -backend-config=bucket=YOUR-STATE-BUCKET -backend-config=region=eu-west-1
#   terraform apply -var repository=acme/shop

terraform {
  required_version = ">= 1.11" # use_lockfile

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }

  backend "s3" {
    key          = "driftguard/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
}

module "oidc_aws" {
  source = "./modules/oidc/aws"

  repository    = var.repository
  owner_id      = var.owner_id
  repository_id = var.repository_id
  engine        = var.engine
  environment   = var.environment
  branch        = var.branch
  namespace     = var.namespace
  owner_tag     = var.owner_tag
  audit_bucket  = var.audit_bucket
  read_subjects = var.read_subjects
}

module "audit_bucket" {
  source = "./modules/audit-bucket"
  count  = var.audit_bucket == "" ? 0 : 1

  name           = var.audit_bucket
  retention_days = var.audit_retention_days
}
