"""Converting: recordings of any recorder in the form of another tool, without secrets."""
