"""Decorators that keep a context open while a function, a coroutine or a generator runs."""

from __future__ import annotations

import functools
import inspect
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    Function = Callable[..., Any]
    Open = Callable[[], AbstractContextManager[Any]]

__all__ = ["decorate_function", "named_code", "source_file"]


def decorate_function(function: Function, open_context: Open) -> Function:
    """Return a function of the same kind that runs inside a context, until its coroutine or generator has ended.

    Args:
        function: A function, a coroutine function, a generator function, or another callable object.
        open_context: Returns the context for a call.
    """
    code = function if inspect.isroutine(named_code(function)) else type(function).__call__
    for is_kind, wrap in (
        (inspect.iscoroutinefunction, _coroutine),
        (inspect.isasyncgenfunction, _async_generator),
        (inspect.isgeneratorfunction, _generator),
    ):
        if is_kind(code):
            return functools.wraps(function)(wrap(function, open_context))
    return functools.wraps(function)(_plain(function, open_context))


def named_code(target: Any) -> Any:
    """Return the function or the class that a callable object consists of, which has a name and a file.

    It is that of the project, not that of a decorator around it.
    """
    while isinstance(target, functools.partial):
        target = target.func
    target = inspect.unwrap(target)
    return target if inspect.isroutine(target) or isinstance(target, type) else type(target)


def source_file(code: Any) -> Path:
    """Return the file of a function or class; of a class in a module that isn't registered, that of its code.

    Args:
        code: See `named_code`.
    """
    try:
        return Path(inspect.getfile(code))
    except TypeError:
        members = [inspect.unwrap(member) for member in vars(code).values() if inspect.isroutine(member)]
        for function in filter(inspect.isfunction, members):
            return Path(inspect.getfile(function))
        raise


def _plain(function: Function, open_context: Open) -> Function:
    def decorated(*arguments: Any, **options: Any) -> Any:
        with open_context():
            result = function(*arguments, **options)
        return _continued(result, open_context)

    return decorated


def _coroutine(function: Function, open_context: Open) -> Function:
    async def decorated(*arguments: Any, **options: Any) -> Any:
        with open_context():
            return await function(*arguments, **options)

    return decorated


def _generator(function: Function, open_context: Open) -> Function:
    def decorated(*arguments: Any, **options: Any) -> Any:
        with open_context():
            try:
                return (yield from function(*arguments, **options))
            except GeneratorExit:  # left early, which is no failure
                return None

    return decorated


def _async_generator(function: Function, open_context: Open) -> Function:
    async def decorated(*arguments: Any, **options: Any) -> Any:
        with open_context():
            generator = function(*arguments, **options)
            try:
                value = await anext(generator)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        await generator.aclose()
                        return
                    except BaseException as error:  # noqa: BLE001 -- the generator handles it
                        value = await generator.athrow(error)
                    else:
                        value = await generator.asend(sent)
            except StopAsyncIteration:
                return

    return decorated


@contextmanager
def _entered(manager: AbstractContextManager[Any], open_context: Open) -> Iterator[Any]:
    with open_context(), manager as value:
        yield value


@asynccontextmanager
async def _async_entered(manager: Any, open_context: Open) -> AsyncIterator[Any]:
    with open_context():
        async with manager as value:
            yield value


_MANAGER = type(_entered(nullcontext(), nullcontext))
_ASYNC_MANAGER = type(_async_entered(nullcontext(), nullcontext))


def _continued(result: Any, open_context: Open) -> Any:
    """Return a function's result; code of it that runs only later, as a generator's, runs inside the context."""
    if inspect.iscoroutine(result):
        return _coroutine(lambda: result, open_context)()
    if inspect.isgenerator(result):
        return _generator(lambda: result, open_context)()
    if inspect.isasyncgen(result):
        return _async_generator(lambda: result, open_context)()
    if isinstance(result, _MANAGER):
        return _entered(result, open_context)
    return _async_entered(result, open_context) if isinstance(result, _ASYNC_MANAGER) else result
