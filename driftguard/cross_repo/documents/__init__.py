"""JSON and YAML as plain values that know their lines, and references between them."""
