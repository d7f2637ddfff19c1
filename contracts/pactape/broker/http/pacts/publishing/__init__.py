"""Publishing contracts: reading, checking, merging, storing."""
