"""Request keys: what of a request the replay compares, and how requests are matched by it."""
