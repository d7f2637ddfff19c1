"""Replays recorded responses: the cassette, its index, request keys, the no-match report."""
