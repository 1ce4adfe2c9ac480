"""What the janitor can end, a folder a cloud, a file a type."""
