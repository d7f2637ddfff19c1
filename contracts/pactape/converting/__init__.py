"""Converting recordings of any recorder to the format of another tool, without secrets."""
