"""Models: the JSON fields that a consumer's record types read, in all supported libraries."""
