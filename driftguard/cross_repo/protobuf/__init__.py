"""Protobuf by the buf binary: laying files out for it, and saying in our words what it says."""
