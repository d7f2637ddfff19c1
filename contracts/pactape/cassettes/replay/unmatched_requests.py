"""Unmatched requests: without a recorded response, or about to send a placeholder to the real API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.cassettes.child_log import ChildLog
from pactape.cassettes.replay.request_keys.sent_placeholders import placeholder_error
from pactape.errors import NoMatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.request_keys.keying import Keying
    from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
    from pactape.cassettes.replay.source import CassetteSource
    from pactape.errors import PactapeError

__all__ = ["UnmatchedRequests"]


class UnmatchedRequests:
    """Makes the errors of unmatched requests, and keeps them for the test's outcome.

    Args:
        source: The cassette's file.
        keying: Makes the keys of requests.
        options: The options for finding recorded responses.

    Attributes:
        errors: The errors, in order.
        sent_by_children: Requests that forked children sent while recording, which no cassette contains.
    """

    def __init__(self, source: CassetteSource, *, keying: Keying, options: LookupOptions) -> None:
        self._source, self._keying, self._options = source, keying, options
        self.errors: list[PactapeError] = []
        self.sent_by_children: list[str] = []
        self._child_log = ChildLog()
        self._sent_log = ChildLog()

    def no_match(self, request: VcrRequest, recorded: Iterable[VcrRequest]) -> NoMatchError:
        """Return the error of a live request that no recorded request matches, with the nearest ones."""
        from pactape.cassettes.replay.no_match_report import no_match  # noqa: PLC0415 -- start-up time: only failures need it

        error = no_match(
            self._source.path,
            self._keying.as_matched(request),
            [self._keying.as_matched(recorded_request) for recorded_request in recorded],
            test=self._options.test,
            is_missing=self._source.is_missing,
            rules=self._options.rules,
        )
        self.errors.append(error)
        self._child_log.add(str(error))
        return error

    def note_sent(self, request: VcrRequest) -> None:
        """Note a live request, if this is a forked child, whose recording is lost."""
        self._sent_log.add(self._keying.label(request))

    def collect_from_children(self) -> None:
        """Add the errors and the live requests of forked children."""
        self.sent_by_children += self._sent_log.take()
        self.errors += [NoMatchError(f"in a child process: {text}") for text in self._child_log.take()]

    def check_placeholders(
        self, request: VcrRequest, played: Sequence[tuple[VcrRequest, dict[str, Any]]]
    ) -> None:
        """Refuse to send a placeholder from a replayed response to the real API.

        Args:
            request: The live request.
            played: The interactions that were replayed.

        Raises:
            ReplayError: The request contains such a placeholder.
        """
        label = self._keying.label(request)
        error = placeholder_error(request, played, label=label, test=self._options.test)
        if error is not None:
            self.errors.append(error)
            self._child_log.add(str(error))
            raise error
