"""What errors are made of: the texts of responses without secrets, details, pickling."""
