output "policy_yaml" {
  description = "Paste into policy.yaml under audit."
  value       = "bucket: s3://${aws_s3_bucket.audit.bucket}"
}

output "arn" {
  description = "For a role that may add trails."
  value       = aws_s3_bucket.audit.arn
}
