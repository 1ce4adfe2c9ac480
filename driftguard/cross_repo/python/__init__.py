"""Python packages, read from their source and never imported."""
