"""One file a resource provider, with a line for each of its types that something is known of."""
