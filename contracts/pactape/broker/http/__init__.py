"""The broker's HTTP API: the official HAL API over WSGI."""
