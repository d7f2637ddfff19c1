"""The child process of the official engine: the job that it receives, the program, and running it."""
