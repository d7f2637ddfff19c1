"""Resources about contracts: publishing, reading, selecting for verification, results."""
