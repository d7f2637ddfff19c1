"""The self-check of a recording: whether the next run finds what was recorded, and finds it unchanged."""
