"""The orders: two ways to process one, both as sagas, and the API in front of them."""
