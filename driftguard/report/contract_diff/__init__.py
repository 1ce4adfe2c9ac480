"""A bare contract diff, a file a way to show it."""
