"""Cassettes: recorded HTTP exchanges, written without secrets, and replayed offline."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pactape.cassettes.interception.vcrpy_version import check_engine

check_engine()  # before the import of anything that relies on vcrpy's internals

from pactape.cassettes.announcements import announcing  # noqa: E402 -- after the check
from pactape.cassettes.format.reading import read_cassette, read_messages  # noqa: E402 -- after the check
from pactape.cassettes.messages import ReceivedMessage  # noqa: E402 -- after the check
from pactape.cassettes.outcome import TestOutcome  # noqa: E402 -- after the check
from pactape.cassettes.record_mode import RecordMode  # noqa: E402 -- after the check
from pactape.cassettes.use_cassette import use_cassette  # noqa: E402 -- after the check

if TYPE_CHECKING:
    from pactape.cassettes.maintenance.lint import FoundSecret, lint_cassette, lint_file

__all__ = [
    "FoundSecret",
    "ReceivedMessage",
    "RecordMode",
    "TestOutcome",
    "announcing",
    "lint_cassette",
    "lint_file",
    "read_cassette",
    "read_messages",
    "use_cassette",
]

_LINT = frozenset({"FoundSecret", "lint_cassette", "lint_file"})


def __getattr__(name: str) -> Any:
    """Import the linter at its first use, because test runs don't need its readers of other recorders' files."""
    if name not in _LINT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("pactape.cassettes.maintenance.lint"), name)
