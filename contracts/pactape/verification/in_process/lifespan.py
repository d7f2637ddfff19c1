"""Starts and stops an application with ASGI's lifespan protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pactape.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Lifespan"]

_Event = dict[str, Any]
_LONGEST_SECONDS = 120.0


class Lifespan:
    """Starts and stops an application, if it supports the lifespan protocol.

    Args:
        app: The ASGI application.

    Attributes:
        state: The state that the application shares with its requests.
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
        try:
            event = await asyncio.wait_for(self._from_app.get(), _LONGEST_SECONDS)
        except TimeoutError:
            event = {
                "type": "lifespan.startup.failed",
                "message": f"no response within {_LONGEST_SECONDS:g} s",
            }
        if event["type"] == "lifespan.startup.failed":
            raise ApplicationError(
                f"the application failed to start: {event.get('message') or 'no reason given'}",
                remedy="correct its start-up, or provide what it needs",
            )

    async def stop(self) -> None:
        """Shut the application down."""
        if self._task is not None and not self._task.done():
            await self._to_app.put({"type": "lifespan.shutdown"})
            await asyncio.wait([self._task], timeout=_LONGEST_SECONDS)

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        except SystemExit as error:  # otherwise it would end the event loop, and the test run with it
            message = f"SystemExit: {error}"
            await self._from_app.put({"type": "lifespan.startup.failed", "message": message})
        except Exception:  # noqa: BLE001, S110 -- the specification: then it doesn't support the protocol
            pass
        finally:
            await self._from_app.put({"type": "lifespan.ended"})
