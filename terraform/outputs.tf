output "policy_yaml" {
  description = "Paste into policy.yaml under janitor.clouds.aws."
  value       = <<-EOT
    role: ${module.oidc_aws.read_role_arn}
    write_role: ${module.oidc_aws.write_role_arn}
  EOT
}

output "audit_bucket" {
  description = "Paste into policy.yaml under audit."
  value       = var.audit_bucket == "" ? "" : "bucket: s3://${var.audit_bucket}"
}
