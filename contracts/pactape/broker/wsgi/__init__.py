"""Between the sockets and the application: reading requests, the WSGI gateway."""
