"""One file a check; each exports one ``CHECK``."""
