"""The self-check of a recording: whether the next run finds its requests and values unchanged."""
