"""DriftGuard: one policy file, one gate, three modules. ARCHITECTURE.md is the map."""

__version__ = "0.1.0"
