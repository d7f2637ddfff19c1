"""Request keys: the parts of a request that replay compares, and matching by key."""
