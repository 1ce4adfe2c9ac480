"""Terraform modules: what a caller may set, gets back, and must bring."""
