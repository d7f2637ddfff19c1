"""Uses of vcrpy in a test module: its objects, and calls of `use_cassette`."""
