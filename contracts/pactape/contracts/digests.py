"""Digests: derive contracts in any engine with combiners, such as Beam or Spark: create, add, merge, extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import Contents
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.derive import conclude
from pactape.contracts.grouping.evidence.accumulator import evidence_of_parts
from pactape.contracts.grouping.evidence.digest import Digest
from pactape.contracts.grouping.evidence.digest_bytes import decode_digest, encode_digest
from pactape.contracts.proof.recordings import RecordingsInOrder
from pactape.contracts.samples.reader import SampleReader
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.contracts.derive import Derivation
    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["Digest", "DigestCombiner"]


class DigestCombiner:
    """Create, add to, merge and extract digests, the four methods of a combiner.

    `merge` is associative and commutative: the digest of a set of recordings doesn't depend on how they are split
    over machines, nor on the order in which the parts are merged. `add` scrubs secrets, so a digest contains none.
    A digest grows with the contracts, not with the recordings.

    Args:
        settings: The project's settings, equal on every machine.
        all_fields: Whether contracts hold every recorded response field, not only the fields that are read.

    Example:
        >>> from pactape import Exchange, Request, Response
        >>> from pactape.settings import load_settings
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     combiner = DigestCombiner(load_settings(Path(folder)))
        >>> def exchange(number: int) -> Exchange:
        ...     request = Request(method="GET", url=f"https://users.test/users/{number}")
        ...     return Exchange(request=request, response=Response(status=204), cassette="day-1", index=number)
        >>> parts = [combiner.add(combiner.create(), exchange(number)) for number in range(3)]
        >>> [contract.exchanges for contract in combiner.extract(combiner.merge(parts)).contracts]
        [3]
    """

    def __init__(self, settings: Settings, *, all_fields: bool = False) -> None:
        self._settings = settings
        cache = ScrubbedCache(None, ScrubRules.from_settings(settings.scrub))
        self._reader = SampleReader(settings, cache, all_fields=all_fields)

    def create(self) -> Digest:
        """Return an empty digest."""
        return Digest()

    def add(self, digest: Digest, *exchanges: Exchange) -> Digest:
        """Add the exchanges of one recording to a digest, and return it.

        Args:
            digest: Changed in place.
            exchanges: In the order in which they were recorded: ids in a response are recognized in later URLs.
                `cassette` and `index` are the position of each; the exchange with the smallest position gives the
                examples. An exchange without a test, a call and reads is captured traffic: it shows which fields
                are optional, but requires no field that tests don't read.
        """
        traffic = tuple(map(_as_traffic, exchanges))
        part = self._reader.read_exchanges(Contents(exchanges=traffic))
        digest.add(evidence_of_parts([part]))
        return digest

    def add_file(self, digest: Digest, path: Path) -> Digest:
        """Add a recording in any format to a digest, and return the digest; large recordings are read in parts.

        Args:
            digest: Changed in place.
            path: A cassette, or a file of another recorder.

        Raises:
            CassetteFormatError: It can't be read; the digest is unchanged.
        """
        digest.add(evidence_of_parts(self._reader.read_parts(path)))
        return digest

    def merge(self, digests: Iterable[Digest]) -> Digest:
        """Merge digests, which must not be used afterwards; without any, return an empty digest."""
        total = self.create()
        for digest in digests:
            total.join(digest)
        return total

    def extract(self, digest: Digest) -> Derivation:
        """Return the contracts derived from a digest, which stays unchanged.

        Contradictions are found as in `derive`. Unlike in `derive`, the recordings are not matched against the
        contracts, because the digest doesn't contain them.

        Raises:
            SettingsError: Two contracts would share a file, or an OpenAPI document can't be used.
            PactFormatError: A handwritten pact file can't be read.
            ContradictionError: A handwritten interaction contradicts another interaction.
        """
        copy = self.from_bytes(self.to_bytes(digest))
        return conclude(copy, RecordingsInOrder((), self._reader), self._settings)

    def to_bytes(self, digest: Digest) -> bytes:
        """Return a digest as MessagePack, without the list of files read; equal digests have equal bytes."""
        return encode_digest(digest)

    def from_bytes(self, data: bytes) -> Digest:
        """Return the digest that `to_bytes` wrote.

        Raises:
            CassetteFormatError: The bytes are not a digest, or a digest of another version.
        """
        return decode_digest(data, self._settings.providers)


def _as_traffic(exchange: Exchange) -> Exchange:
    is_traffic = exchange.provenance is None and exchange.call is None and exchange.reads is None
    return msgspec.structs.replace(exchange, traffic=True) if is_traffic else exchange
