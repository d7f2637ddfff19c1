"""Cassettes: recorded HTTP exchanges, written without secrets, read by anybody, replayed offline."""

from pactape.cassettes.announcing import announcing
from pactape.cassettes.lint import Finding, lint_cassette
from pactape.cassettes.mode import RecordMode
from pactape.cassettes.reading import read_cassette
from pactape.cassettes.using import use_cassette

__all__ = ["Finding", "RecordMode", "announcing", "lint_cassette", "read_cassette", "use_cassette"]
