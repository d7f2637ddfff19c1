"""OpenAPI 3.1 of what was recorded: collected, written, merged into an existing document, and compared with one."""
