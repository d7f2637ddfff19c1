"""Options of `pactape derive`: which recordings are too old, and worker processes."""
