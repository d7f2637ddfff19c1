"""The WSGI gateway: hands the application what the request buffer has found out."""

from __future__ import annotations

from typing import Any

from cheroot import wsgi

from pactape.broker.wsgi.request_buffer import REFUSED

__all__ = ["WsgiGateway"]


class WsgiGateway(wsgi.Gateway_10):
    """Adds to the environment why a request was refused; such a connection is closed after its answer."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # cheroot's stub says None
        """Return the environment of the request (PEP 3333)."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]  # cheroot is partly typed
        refusal = getattr(self.req.conn, "refused", None)
        if refusal is not None:
            environ[REFUSED] = refusal
            self.req.close_connection = True
        return environ
