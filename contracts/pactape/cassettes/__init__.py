"""Cassettes: recorded HTTP exchanges, written without secrets, read by anybody, replayed offline."""

from pactape.cassettes.interception.vcrpy_version import check_engine

check_engine()  # before anything that stands on vcrpy's inner parts is imported

from pactape.cassettes.announcements import announcing  # noqa: E402
from pactape.cassettes.format.reading import read_cassette, read_messages  # noqa: E402
from pactape.cassettes.lint import FoundSecret, lint_cassette, lint_file  # noqa: E402
from pactape.cassettes.messages import ReceivedMessage  # noqa: E402
from pactape.cassettes.outcome import TestOutcome  # noqa: E402
from pactape.cassettes.record_mode import RecordMode  # noqa: E402
from pactape.cassettes.use_cassette import use_cassette  # noqa: E402

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
