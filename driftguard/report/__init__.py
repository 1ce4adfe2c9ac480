"""The same report, a file a way to show it."""
