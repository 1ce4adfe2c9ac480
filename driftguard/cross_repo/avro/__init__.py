"""Avro schemas: whether one version reads what the other writes."""
