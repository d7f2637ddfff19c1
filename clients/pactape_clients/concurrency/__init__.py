"""Threads and processes: the current call, work that several threads share, forks, time limits."""
