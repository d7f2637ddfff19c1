"""The lifespan protocol of ASGI: starting an application, and shutting it down."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pactape.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Lifespan"]

_Event = dict[str, Any]


class Lifespan:
    """Starts and stops an application; one that doesn't support the protocol is left alone.

    Args:
        app: The ASGI application.

    Attributes:
        state: What the application keeps for its requests.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._to_app: asyncio.Queue[_Event] = asyncio.Queue()
        self._from_app: asyncio.Queue[_Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Start the application.

        Raises:
            ApplicationError: It reported that it failed to start.
        """
        self._task = asyncio.ensure_future(self._run())
        await self._to_app.put({"type": "lifespan.startup"})
        event = await self._from_app.get()
        if event["type"] == "lifespan.startup.failed":
            raise ApplicationError(
                f"the application failed to start: {event.get('message') or 'it gave no reason'}",
                remedy="correct what it does at start-up, or what it needs for it",
            )

    async def stop(self) -> None:
        """Shut the application down."""
        if self._task is not None and not self._task.done():
            await self._to_app.put({"type": "lifespan.shutdown"})
            await self._from_app.get()
            await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        except Exception:  # noqa: BLE001, S110 -- by the specification: then it doesn't support the protocol
            pass
        finally:
            await self._from_app.put({"type": "lifespan.ended"})
