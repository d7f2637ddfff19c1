"""Classes of unittest whose tests run inside contexts, from `setUp` to the last clean-up."""

from __future__ import annotations

import contextvars
import functools
import sys
from typing import TYPE_CHECKING, Any

from pactape.cassettes.outcome import TestOutcome

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pactape.cassettes.replay.cassette import Cassette

    #: Returns the context for a method of a class.
    Open = Callable[[type, str], AbstractContextManager[Cassette]]

__all__ = ["CLASS_FIXTURES", "decorate_test_case"]

#: The methods that run once, before and after all tests of a class.
CLASS_FIXTURES = ("setUpClass", "tearDownClass", "doClassCleanups")


def decorate_test_case(target: type[unittest.TestCase], open_context: Open) -> None:
    """Run each test of a class, and what it does before and after all of them, inside a context.

    Args:
        target: The class. Its tests may be inherited, and classes that inherit from it are decorated, too.
        open_context: Returns the context for the method of a test, or one of `CLASS_FIXTURES`.
    """
    setattr(target, "run", _run(target.run, open_context))  # noqa: B010 -- mypy rejects an assignment
    for name in CLASS_FIXTURES:
        method = getattr(target, name).__func__
        setattr(target, name, classmethod(_class_fixture(method, name, open_context)))


def _run(original: Callable[..., Any], open_context: Open) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(self: unittest.TestCase, result: Any = None) -> Any:
        set_up = self.setUp

        def in_context() -> None:
            context = open_context(type(self), self._testMethodName)
            cassette = context.__enter__()
            self.addCleanup(_end, self, context, cassette)  # the first one added is called last
            set_up()

        vars(self)["setUp"] = in_context
        try:
            # what the context changes is undone, though unittest ends a coroutine's test in another context
            return contextvars.copy_context().run(original, self, result)
        finally:
            del vars(self)["setUp"]

    return run


def _end(test: unittest.TestCase, context: AbstractContextManager[Any], cassette: Cassette) -> None:
    """Close the context of a test, which fails if a request had no recorded response."""
    outcome = getattr(test, "_outcome", None)  # unittest has the outcome of a running test nowhere else
    if not getattr(outcome, "success", True):
        skipped = getattr(getattr(outcome, "result", None), "skipped", ())
        is_skipped = any(entry[0] is test for entry in skipped)
        cassette.outcome = TestOutcome.SKIPPED if is_skipped else TestOutcome.FAILED
    context.__exit__(None, None, None)


def _class_fixture(method: Callable[..., Any], name: str, open_context: Open) -> Callable[..., Any]:
    @functools.wraps(method)
    def decorated(cls: Any) -> None:
        if name != "doClassCleanups":
            with open_context(cls, name):
                method(cls)
            return
        if not cls._class_cleanups:
            method(cls)
            return
        try:
            with open_context(cls, name) as cassette:
                method(cls)
                if cls.tearDown_exceptions:
                    cassette.outcome = TestOutcome.FAILED
        except Exception:  # noqa: BLE001 -- unittest reports it
            cls.tearDown_exceptions.append(sys.exc_info())

    return decorated
