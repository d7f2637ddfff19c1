"""The broker's pages: the same addresses as the API, for browsers."""
