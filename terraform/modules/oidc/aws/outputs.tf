output "read_role_arn" {
  description = "janitor.clouds.aws.role"
  value       = aws_iam_role.role["read"].arn
}

output "write_role_arn" {
  description = "janitor.clouds.aws.write_role"
  value       = aws_iam_role.role["write"].arn
}
