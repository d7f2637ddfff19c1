"""The broker's protocol: the official HAL API over WSGI."""
