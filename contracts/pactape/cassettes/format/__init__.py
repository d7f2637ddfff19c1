"""The cassette file format: reading and writing YAML, metadata, the dialects of vcrpy."""
