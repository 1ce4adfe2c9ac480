# A pull request's own environment: whatever is made here carries owner, environment and end, by default_tags, so that
# the janitor finds it when the pull request closes or its time is over, even if this state is lost.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }

  backend "s3" {
    encrypt      = true
    use_lockfile = true # bucket, region and key=preview/pr-NUMBER.tfstate come from -backend-config
  }
}

locals {
  name = "${var.namespace}${var.repository_name}-pr-${var.number}"
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      "driftguard:owner"      = var.owner
      "driftguard:env"        = "${var.repository_name}-pr-${var.number}"
      "driftguard:expires-at" = var.expires_at
    }
  }
}

resource "aws_sqs_queue" "orders" {
  #checkov:skip=CKV_AWS_27:SQS's own encryption is on; a key of one's own is a choice for what lives longer than a review
  name                    = "${local.name}-orders"
  sqs_managed_sse_enabled = true
}

resource "aws_s3_bucket" "uploads" {
  #checkov:skip=CKV_AWS_18:An environment that lives for a day keeps no access log
  #checkov:skip=CKV_AWS_21:Nothing here is worth a second version
  #checkov:skip=CKV_AWS_144:Nor a second region
  #checkov:skip=CKV_AWS_145:S3's own encryption is on by default
  #checkov:skip=CKV2_AWS_61:The janitor is the lifecycle
  #checkov:skip=CKV2_AWS_62:Nobody listens
  bucket        = "${local.name}-uploads"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
