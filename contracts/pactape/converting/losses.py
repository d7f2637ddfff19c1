"""What recordings hold and the written format can't: counted, so that a conversion says what it leaves out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pactape.http_bodies import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.exchange import Exchange, Provenance

__all__ = ["Losses"]

_CASSETTE, _NDJSON = "cassette", "ndjson"
_TIMED = frozenset({"har", _NDJSON, "vcr-ruby"})


class Losses:
    """Counts the exchanges that lose something in a format.

    Args:
        to: The format that is written.

    Attributes:
        to: The format that is written.
    """

    def __init__(self, to: str) -> None:
        self.to = to
        self._counts: Counter[str] = Counter()
        self._first_test: Provenance | None = None
        self._is_of_one_test = True

    def counting(self, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
        """Yield the exchanges, and count what each of them loses."""
        for number, exchange in enumerate(exchanges):
            self._counts.update(_losses(exchange, self.to))
            if number == 0:
                self._first_test = exchange.provenance
            self._is_of_one_test &= exchange.provenance == self._first_test
            yield exchange

    def counts(self) -> dict[str, int]:
        """Return how many exchanges lost what; a cassette holds what one test declares, but not several."""
        counts = self._counts.copy()
        if self.to == _CASSETTE and self._is_of_one_test:
            del counts["test names"], counts["declarations of tests"]
        return {part: counts[part] for part in sorted(counts)}


def _losses(exchange: Exchange, to: str) -> Iterator[str]:
    """Yield what the format can't hold of an exchange; for a cassette as if the exchanges were of several tests."""
    test = exchange.provenance
    if test is not None:
        if test.test and to != _NDJSON:
            yield "test names"
        if test.states or test.consumer or test.ignore or test.ignore_body or not test.contract:
            yield "declarations of tests"
    if to != _CASSETTE:
        if exchange.reads is not None:
            yield "fields read"
        if exchange.call is not None:
            yield "announced calls"
    if to != _NDJSON and exchange.unrecorded:
        yield "notes on what the recorder didn't save"
    if (
        to not in _TIMED
        and exchange.recorded_at is not None
        and header(exchange.response.headers, "date") is None
    ):
        yield "times"
