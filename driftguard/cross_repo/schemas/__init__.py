"""Comparing JSON Schemas, drafts 4 to 2020-12: whether the set of accepted values shrank, grew, or moved."""
