"""The orders: two order processes, both sagas, and the API."""
