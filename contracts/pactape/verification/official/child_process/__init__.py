"""The child process of the official engine: its job, its program, and how it is run."""
