"""AsyncAPI 2 and 3, as one model of what an application sends and receives where."""
