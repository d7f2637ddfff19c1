"""Resources about the broker as a whole: the index, the dashboard, metrics."""
