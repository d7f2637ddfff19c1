"""The parts of HTTP messages: URLs, forms, headers, multipart bodies."""
