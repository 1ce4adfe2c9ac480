"""A file a service; each exports ``SERVICE``."""
