"""Between cheroot and the application: what is left of a refused body must not be read as the next request."""

from __future__ import annotations

from typing import Any

from cheroot import wsgi

__all__ = ["WsgiGateway"]

_STEP = 65_536
_LARGEST_REST = 10_000_000


class WsgiGateway(wsgi.Gateway_10):
    """Reads what the application left of a body and throws it away; closes the connection when it is too long.

    cheroot itself would hold all of it in memory, or, when it comes in chunks, take it for another request.
    """

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """Begin the answer (PEP 3333)."""
        if not self._has_thrown_the_rest_away():
            self.req.close_connection = True
        return super().start_response(status, headers, exc_info)

    def _has_thrown_the_rest_away(self) -> bool:
        return any(not self.req.rfile.read(_STEP) for _ in range(0, _LARGEST_REST, _STEP))
