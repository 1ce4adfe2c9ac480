"""What changed between two versions of a contract, a file a type of contract."""
