"""GraphQL schemas in SDL, read for comparing."""
