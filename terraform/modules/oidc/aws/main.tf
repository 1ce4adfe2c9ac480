# Two roles that only this repository's workflows can take, with GitHub's token and nothing else.
# actions.json is generated from what each resource file declares: `make iam`.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }
}

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  issuer    = "token.actions.githubusercontent.com"
  audience  = "sts.amazonaws.com"
  partition = data.aws_partition.here.partition
  account   = data.aws_caller_identity.here.account_id
  actions   = jsondecode(file("${path.module}/actions.json"))
  provider  = one(concat(aws_iam_openid_connect_provider.github[*].arn, data.aws_iam_openid_connect_provider.github[*].arn))

  # Repositories made or renamed since July 2026 sign in with their owner's and their own number beside the names: a
  # name can be taken over, a number can't.
  # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  owner  = split("/", var.repository)[0]
  name   = split("/", var.repository)[1]
  origin = var.repository_id == "" ? "repo:${var.repository}" : "repo:${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"

  # Whoever may push a branch may change the workflow that runs on it. GitHub says which workflow a job is really of, and
  # for the night on which branch; a closed pull request is judged by its base's policy, so that its ref says nothing.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
  engine = "${split("@", var.engine)[0]}/.github/workflows"
  commit = try(split("@", var.engine)[1], "")
  callers = concat(
    [for sid in ["GitHubActions"] : { sid = sid, claims = {} } if var.engine == ""],
    [for sid, claims in {
      Night = {
        job_workflow_ref = "${local.engine}/janitor-cron.yml@${local.commit}"
        ref              = "refs/heads/${var.branch}"
      }
      PullRequests = { job_workflow_ref = "${local.engine}/driftguard-main.yml@${local.commit}" }
    } : { sid = sid, claims = claims } if var.engine != ""],
  )

  # Subjects are compared as they stand, never as patterns: no wildcard can let another repository in.
  write_subjects = ["${local.origin}:environment:${var.environment}"]
  read_subjects = concat(
    ["${local.origin}:ref:refs/heads/${var.branch}"],
    local.write_subjects,
    [for subject in var.read_subjects : "${local.origin}:${subject}"],
  )

  # A policy document holds 6,144 characters, a role ten of them.
  read_chunks   = chunklist(local.actions.read, 120)
  deletes       = concat(local.actions.delete, local.more)
  delete_chunks = chunklist(local.deletes, 6)
  more          = length(var.more_deletes) == 0 ? [] : [{ sid = "more", actions = var.more_deletes, resources = ["*"], tagged = true }]
}

# One account has at most one provider for GitHub.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
  tags           = var.tags
}

data "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider ? 0 : 1
  url   = "https://${local.issuer}"
}

data "aws_iam_policy_document" "trust" {
  for_each = { read = local.read_subjects, write = local.write_subjects }

  dynamic "statement" {
    for_each = local.callers
    iterator = caller

    content {
      sid     = caller.value.sid
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [local.provider]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:aud"
        values   = [local.audience]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:sub"
        values   = each.value
      }

      dynamic "condition" {
        for_each = caller.value.claims

        content {
          test     = "StringEquals"
          variable = "${local.issuer}:${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_iam_role" "role" {
  for_each = data.aws_iam_policy_document.trust

  name                 = "${var.name}-${each.key}"
  description          = each.key == "read" ? "DriftGuard looks: it can change nothing." : "DriftGuard deletes what is ours and nothing else."
  assume_role_policy   = each.value.json
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = (var.owner_id == "") == (var.repository_id == "")
      error_message = "owner_id and repository_id go together: a subject carries both or none."
    }
  }
}

# What a listing reads has no owner before it is read: every resource.
data "aws_iam_policy_document" "read" {
  #checkov:skip=CKV_AWS_356:Listing knows no resource beforehand; the actions are reads of names, tags and settings, never of contents
  count = length(local.read_chunks)

  statement {
    sid       = "Look"
    actions   = local.read_chunks[count.index]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "read" {
  count = length(local.read_chunks)

  name   = "${var.name}-read-${count.index}"
  policy = data.aws_iam_policy_document.read[count.index].json
  tags   = var.tags
}

# The blast radius, held by IAM itself: our names, where a service's ARNs hold names; our tag, where it knows tags.
data "aws_iam_policy_document" "delete" {
  #checkov:skip=CKV_AWS_356:Where an ARN holds an id and no name, the condition on our tag is the limit; a test reads each statement
  #checkov:skip=CKV_AWS_107:Nothing here returns credentials
  #checkov:skip=CKV_AWS_109:Deleting a role's policies is what ends the role; limited by name and by tag
  #checkov:skip=CKV_AWS_111:Every write is limited by name or by tag; a test reads each statement
  count = length(local.delete_chunks)

  dynamic "statement" {
    for_each = local.delete_chunks[count.index]

    content {
      sid     = replace(title(replace(statement.value.sid, "-", " ")), " ", "")
      actions = statement.value.actions
      resources = [
        for arn in statement.value.resources :
        replace(replace(replace(arn, "{partition}", local.partition), "{account}", local.account), "{namespace}", var.namespace)
      ]

      dynamic "condition" {
        for_each = statement.value.tagged ? [var.owner_tag] : []

        content {
          test     = "StringLike"
          variable = "aws:ResourceTag/${condition.value}"
          values   = length(var.owners) == 0 ? ["?*"] : var.owners
        }
      }
    }
  }
}

resource "aws_iam_policy" "delete" {
  count = length(local.delete_chunks)

  name   = "${var.name}-delete-${count.index}"
  policy = data.aws_iam_policy_document.delete[count.index].json
  tags   = var.tags
}

# Whatever is allowed above or elsewhere: what a tag protects stays.
data "aws_iam_policy_document" "protect" {
  #checkov:skip=CKV_AWS_356:A denial is meant for every resource
  dynamic "statement" {
    for_each = var.protected_tags

    content {
      sid       = "Protect${replace(title(replace(statement.key, "/[^A-Za-z0-9]+/", " ")), " ", "")}"
      effect    = "Deny"
      actions   = distinct(flatten([for group in local.deletes : group.actions]))
      resources = ["*"]

      condition {
        test     = contains(statement.value, "*") ? "Null" : "StringEqualsIgnoreCase"
        variable = "aws:ResourceTag/${statement.key}"
        values   = contains(statement.value, "*") ? ["false"] : statement.value
      }
    }
  }
}

resource "aws_iam_policy" "protect" {
  name   = "${var.name}-protect"
  policy = data.aws_iam_policy_document.protect.json
  tags   = var.tags
}

# Trails may be added, never read back, changed or removed.
data "aws_iam_policy_document" "audit" {
  count = var.audit_bucket == "" ? 0 : 1

  statement {
    sid       = "AddTrails"
    actions   = ["s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.audit_bucket}/*"]
  }
}

resource "aws_iam_policy" "audit" {
  count = var.audit_bucket == "" ? 0 : 1

  name   = "${var.name}-audit"
  policy = data.aws_iam_policy_document.audit[0].json
  tags   = var.tags
}

resource "aws_iam_role_policy_attachment" "look" {
  for_each = { for pair in setproduct(["read", "write"], range(length(local.read_chunks))) : "${pair[0]}-${pair[1]}" => pair }

  role       = aws_iam_role.role[each.value[0]].name
  policy_arn = aws_iam_policy.read[each.value[1]].arn
}

resource "aws_iam_role_policy_attachment" "delete" {
  count = length(local.delete_chunks)

  role       = aws_iam_role.role["write"].name
  policy_arn = aws_iam_policy.delete[count.index].arn
}

resource "aws_iam_role_policy_attachment" "protect" {
  role       = aws_iam_role.role["write"].name
  policy_arn = aws_iam_policy.protect.arn
}

resource "aws_iam_role_policy_attachment" "audit" {
  for_each = var.audit_bucket == "" ? toset([]) : toset(["read", "write"])

  role       = aws_iam_role.role[each.value].name
  policy_arn = aws_iam_policy.audit[0].arn
}
