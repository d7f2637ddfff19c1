"""The cassette file format: reading and writing YAML, metadata, vcrpy's formats."""
