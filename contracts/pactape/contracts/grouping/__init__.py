"""Groups samples by operation and accumulates their evidence."""
