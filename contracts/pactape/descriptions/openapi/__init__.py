"""OpenAPI 3.1 documents of recordings: collecting, writing, merging into existing ones, comparing with them."""
