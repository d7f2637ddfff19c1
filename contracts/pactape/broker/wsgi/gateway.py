"""The WSGI gateway: passes the request buffer's findings to the application."""

from __future__ import annotations

from typing import Any

from cheroot import wsgi

from pactape.broker.wsgi.request_buffer import REFUSED

__all__ = ["WsgiGateway"]


class WsgiGateway(wsgi.Gateway_10):
    """Adds the reason of a rejected request to the environment; its connection is closed after the response."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # cheroot's stub says None
        """Return the environment of the request (PEP 3333)."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]  # cheroot is partly typed
        refusal = getattr(self.req.conn, "refused", None)
        if refusal is not None:
            environ[REFUSED] = refusal
            self.req.close_connection = True
        return environ
