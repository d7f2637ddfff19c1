"""Cassettes: recorded HTTP exchanges, written without secrets, read by anybody, replayed offline."""

from pactape.cassettes.engine import check_engine

check_engine()  # before anything that stands on vcrpy's inner parts is imported

from pactape.cassettes.announcing import announcing  # noqa: E402
from pactape.cassettes.inbox import ReceivedMessage  # noqa: E402
from pactape.cassettes.lint import Finding, lint_cassette  # noqa: E402
from pactape.cassettes.mode import RecordMode  # noqa: E402
from pactape.cassettes.reading import read_cassette, read_messages  # noqa: E402
from pactape.cassettes.using import use_cassette  # noqa: E402

__all__ = [
    "Finding",
    "ReceivedMessage",
    "RecordMode",
    "announcing",
    "lint_cassette",
    "read_cassette",
    "read_messages",
    "use_cassette",
]
