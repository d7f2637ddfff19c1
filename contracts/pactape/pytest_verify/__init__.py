"""The pytest plugin for providers: each interaction of a contract becomes a pytest item."""
