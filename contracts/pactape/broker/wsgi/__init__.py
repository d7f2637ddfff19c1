"""The layer between sockets and application: reads requests, and contains the WSGI gateway."""
