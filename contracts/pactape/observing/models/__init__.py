"""Models: the JSON fields that a consumer's record types read, whichever library declares or converts them."""
