"""The recording of one test: a cassette that is written after each exchange, without secrets."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import encode_interaction, write_encoded_interactions
from pactape.contracts.samples.sanitizing import without_later_secrets, without_secrets
from pactape.converting.cassette_writer import recorded_interaction
from pactape.errors import OutputError
from pactape.exchange import Exchange, Provenance

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.exchange import ProviderState, Request, Response

__all__ = ["TestSession"]


class TestSession:
    """The requests of one test, recorded into one cassette. May be used by several threads.

    Args:
        name: The test's name; empty for requests without a test's name.
        path: The cassette, which the first exchange replaces.
        states: The provider states of the test.
        scrubber: Replaces the cassette's secrets.

    Attributes:
        exchanges: What was recorded, without secrets.
        failures: The exchanges that were not recorded, each with the reason.
    """

    __test__ = False  # pytest would collect a class with this name

    def __init__(
        self, name: str, path: Path, states: tuple[ProviderState, ...], *, scrubber: Scrubber
    ) -> None:
        self.name = name
        self.path = path
        self.states = states
        self.exchanges: list[Exchange] = []
        self.failures: list[str] = []
        self._scrubber = scrubber
        self._items: list[bytes] = []
        self._lock = threading.Lock()
        self._is_outdated = False

    def record(self, request: Request, response: Response) -> None:
        """Add an exchange, and write the cassette; an exchange that can't be scrubbed or written is a failure.

        Raises:
            OutputError: The cassette can't be written.
        """
        with self._lock:
            if self._is_outdated:
                return
            secret_count = self._scrubber.secret_count
            try:
                clean = without_secrets(self._exchange(request, response), self._scrubber)
            except ValueError as error:
                url = self._scrubber.url(request.url)
                self.failures.append(f"{request.method} {url}: its body can't be read ({error})")
                return
            if self._scrubber.secret_count > secret_count:
                self._remove_later_secrets()
            self._append(clean)
            metadata = CassetteMetadata(provenance=clean.provenance)
            try:
                write_encoded_interactions(self.path, self._items, metadata=metadata, scrubber=self._scrubber)
            except OutputError as error:
                self.failures.append(f"{clean.request.method} {clean.request.url}: {error}")
                del self.exchanges[-1], self._items[-1]
                raise

    def replace(self) -> None:
        """Record nothing more, because the test is recorded again."""
        with self._lock:
            self._is_outdated = True

    def _exchange(self, request: Request, response: Response) -> Exchange:
        provenance = Provenance(test=self.name, description=_phrase(self.name), states=self.states)
        return Exchange(
            request=request,
            response=response,
            cassette=str(self.path),
            index=len(self.exchanges),
            provenance=provenance if self.name else None,
            recorded_at=datetime.now(UTC),
        )

    def _append(self, clean: Exchange) -> None:
        self.exchanges.append(clean)
        self._items.append(_item(clean))

    def _remove_later_secrets(self) -> None:
        """Remove secrets that were found later from earlier exchanges."""
        for index, exchange in enumerate(self.exchanges):
            clean = without_later_secrets(exchange, self._scrubber)
            if clean is not exchange:
                self.exchanges[index], self._items[index] = clean, _item(clean)


def _item(exchange: Exchange) -> bytes:
    return encode_interaction(recorded_interaction(_with_actual_length(exchange)))


def _with_actual_length(exchange: Exchange) -> Exchange:
    """Return an exchange whose response states the length of its decoded body."""
    return msgspec.structs.replace(
        exchange,
        response=msgspec.structs.replace(
            exchange.response,
            headers=tuple(
                (name, str(len(exchange.response.body)) if _states_length(name, exchange) else value)
                for name, value in exchange.response.headers
                if name.lower() != "transfer-encoding"
            ),
        ),
    )


def _states_length(name: str, exchange: Exchange) -> bool:
    return name.lower() == "content-length" and exchange.request.method != "HEAD"


def _phrase(name: str) -> str:
    """Return the last part of a test's name as a phrase: "gets a user" for "UserTest::test_gets_a_user"."""
    last = re.split(r"::|[/\\#>]", name)[-1].strip()
    return re.sub(r"[_\s]+", " ", last.removeprefix("test_").removeprefix("test ")).strip()
