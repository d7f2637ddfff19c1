"""The options by which a cassette finds its recorded responses."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pactape.cassettes.replay.request_keys.match_rules import MatchRules
from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["LookupOptions"]


class LookupOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How recorded responses are found.

    Args:
        rules: The parts of requests to ignore.
        repeats: Whether the last response to a request is repeated after all have been replayed.
        cache: The folder of the parsed cache; None for none.
        scrub_rules: The project's scrub rules.
        test: The node id of the test, for messages.
    """

    rules: MatchRules = MatchRules()
    repeats: bool = False
    cache: Path | None = None
    scrub_rules: ScrubRules = ScrubRules()
    test: str = ""

    @property
    def fingerprint(self) -> bytes:
        """Identifies the options that request keys depend on."""
        return self.scrub_rules.fingerprint + self.rules.fingerprint
