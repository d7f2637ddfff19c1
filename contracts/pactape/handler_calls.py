"""What the user's functions return: a coroutine has to be run, and a generator has done nothing yet."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

__all__ = ["finish_call"]


def finish_call(returned: object) -> object:
    """Return the result of a call: what a coroutine returns, and else what was returned.

    Args:
        returned: What a function returned.

    Raises:
        TypeError: It is a generator: the function's code hasn't run, and nothing would run it.

    Example:
        >>> async def user_exists() -> dict[str, int]:
        ...     return {"id": 7}
        >>> finish_call(user_exists())
        {'id': 7}
    """
    if inspect.isgenerator(returned) or isinstance(returned, AsyncGenerator):
        raise TypeError("it yields, so that its code has not run: return a value, or nothing")
    return _run(returned) if isinstance(returned, Awaitable) else returned


def _run(call: Awaitable[Any]) -> Any:
    """Run a coroutine in an event loop of its own, on a thread where none is running."""
    import asyncio  # noqa: PLC0415 -- most functions are synchronous
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- as above

    async def finish() -> Any:
        return await call

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, finish()).result()
