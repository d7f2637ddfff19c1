"""The matrix resource: its query, its resolution, and badges."""
