"""The kinds of AWS resources that DriftGuard deletes: one file each, exporting ``RESOURCE``."""
