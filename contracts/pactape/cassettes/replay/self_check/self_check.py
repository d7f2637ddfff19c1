"""Checks a recording: what the next run would not find, or would find changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import msgspec

from pactape.cassettes.replay.request_keys.request_fields import BODY, request_fields, with_values
from pactape.cassettes.replay.self_check.changed_fields import changed_fields, response_body, response_fields
from pactape.cassettes.replay.self_check.volatile_values import cure_for, volatile_reason
from pactape.http_bodies import sent_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.live_interaction import LiveInteraction
    from pactape.cassettes.replay.replay_cassette import ReplayCassette
    from pactape.cassettes.replay.self_check.changed_fields import ChangedField

__all__ = ["ReplayProblem", "check_recording"]

_SHORTEST_SECRET = 6
_clock = time.time  # the original, because tests may replace it


class ReplayProblem(msgspec.Struct, frozen=True, order=True):
    """A part of a recording that the next run would not find, or would find changed.

    Args:
        request: Method and URL, scrubbed.
        field: The field in the notation of `ignore` or `keep`.
        reason: The reason.
        cure: The remedy.
    """

    request: str
    field: str
    reason: str
    cure: str

    def __str__(self) -> str:
        return f"{self.request}: {self.field} {self.reason}. Fix: {self.cure}."


def check_recording(
    player: ReplayCassette,
    *,
    reads: Mapping[int, tuple[str, ...] | None],
    values_read: AbstractSet[str] = frozenset(),
    is_constant: Callable[[str], bool],
) -> list[ReplayProblem]:
    """Look up the live requests of a recording as the next run will send them.

    Args:
        player: The cassette after its recording.
        reads: The response fields that the test read, by position; None for all.
        values_read: The headers, cookies and targets of redirects whose values the test read; see `Cassette`.
        is_constant: Returns whether a text is a constant in the project's code, so that every run sends it.
    """
    live = player.live_interactions
    problems = [
        *_sent_by_children(player),
        *_unfound(player, live),
        *_fresh(player, live, is_constant),
        *_changed_values(player, live, reads, values_read),
    ]
    return list(dict.fromkeys(problems))


def _sent_by_children(player: ReplayCassette) -> Iterator[ReplayProblem]:
    for request in player.sent_by_children:
        yield ReplayProblem(
            request,
            "the request",
            "was sent by a child process, whose requests can't be recorded",
            "send it in the test's own process, or record that process by pactape record",
        )


def _unfound(player: ReplayCassette, live: Sequence[LiveInteraction]) -> Iterator[ReplayProblem]:
    """Yield the requests with a replaced value where the recorded request has the real one."""
    replaced: dict[str, str] = {}
    for interaction in live:
        sent = with_values(interaction.request, replaced)
        if not player.positions_of(player.keying.key_of(sent.method, sent.uri, sent.body, sent.headers)):
            for field in _different_fields(sent, interaction.request):
                yield ReplayProblem(
                    player.keying.label(interaction.request),
                    field,
                    "contains a value from a response in which it is scrubbed",
                    cure_for(field),
                )
        replaced |= _replacements(player, interaction)


def _fresh(
    player: ReplayCassette, live: Sequence[LiveInteraction], is_constant: Callable[[str], bool]
) -> Iterator[ReplayProblem]:
    """Yield the fields whose values look as if each run generates them."""
    earlier: list[bytes] = []
    for interaction in live:
        scrubbed = request_fields(player.interactions.request(interaction.position))
        for field, value in request_fields(interaction.request).items():
            reason = volatile_reason(value, now=_clock()) if scrubbed.get(field) == value else None
            if (
                reason
                and not player.keying.ignores(interaction.request, field)
                and not _is_known(value, earlier, is_constant)
            ):
                yield ReplayProblem(player.keying.label(interaction.request), field, reason, cure_for(field))
        earlier += [response_body(interaction.response), repr(interaction.response["headers"]).encode()]


def _is_known(value: str, earlier: Sequence[bytes], is_constant: Callable[[str], bool]) -> bool:
    return any(value.encode() in text for text in earlier) or is_constant(value)


def _changed_values(
    player: ReplayCassette,
    live: Sequence[LiveInteraction],
    reads: Mapping[int, tuple[str, ...] | None],
    values_read: AbstractSet[str],
) -> Iterator[ReplayProblem]:
    """Yield the scrubbed values of responses that the test read and didn't send on unchanged."""
    for number, interaction in enumerate(live):
        read = reads.get(interaction.position, ())  # not of a redirect that the client followed itself
        sent = [_text_of(later.request) for later in live[number + 1 :]]
        followed = f"redirect of {interaction.request.uri}" in values_read
        for field in _changes_in(player, interaction):
            is_target = followed and field.kind == "header" and field.name.lower() == "location"
            if is_target or (_was_read(field, read, values_read) and not _is_sent_on(field, sent)):
                yield ReplayProblem(
                    player.keying.label(interaction.request),
                    f"response {field.kind} {field.name}",
                    "was read by the test, but is scrubbed in the recording",
                    _advice(player, interaction, field),
                )


def _changes_in(player: ReplayCassette, interaction: LiveInteraction) -> Iterator[ChangedField]:
    recorded = player.interactions.response(interaction.position)
    return changed_fields(interaction.response, recorded, canonical=player.recording_filter.canonical)


def _was_read(field: ChangedField, reads: tuple[str, ...] | None, values_read: AbstractSet[str]) -> bool:
    if field.kind == "cookie":
        return f"cookie {field.name}" in values_read
    if field.kind == "header":
        name = field.name.lower()
        is_located = f"header: {name}" in (reads or ()) and f"header {name}" in values_read
        return is_located or f"header {name} of any response" in values_read
    plain = field.name.removeprefix("$").removeprefix(".").replace("[*]", "[]")
    return (
        reads is None
        or "" in reads
        or any(plain == read or plain.startswith((f"{read}.", f"{read}[")) for read in reads)
    )


def _is_sent_on(field: ChangedField, sent: Iterable[str]) -> bool:
    """Return whether a later request contains the value or its secret part, even encoded for a URL or form."""
    sent = list(sent)
    return any(field.value in text for text in sent) or all(
        any(form in text for text in sent for form in (secret, quote(secret, safe=""), quote_plus(secret)))
        for secret in field.secrets
    )


def _advice(player: ReplayCassette, interaction: LiveInteraction, field: ChangedField) -> str:
    """Return the remedy for a changed value; `keep` only if that setting preserves the value."""
    keeping = player.recording_filter.keeping(field.keep).response(interaction.response)
    still = changed_fields(interaction.response, keeping, canonical=player.recording_filter.canonical)
    if any((other.kind, other.name, other.value) == (field.kind, field.name, field.value) for other in still):
        return "don't assert its value: it looks like a secret, and `keep` has no effect on that"
    names = ", ".join(f'"{name}"' for name in field.keep)
    return f"don't assert its value, or set [tool.pactape.scrub] keep = [{names}] if it is not a secret"


def _replacements(player: ReplayCassette, interaction: LiveInteraction) -> dict[str, str]:
    """Return the placeholders in a response by the secret that they replace."""
    clean = dict(response_fields(player.interactions.response(interaction.position)))
    return {
        raw: clean[key]
        for key, raw in response_fields(interaction.response)
        if len(raw) >= _SHORTEST_SECRET and clean.get(key, raw) != raw
    }


def _different_fields(one: VcrRequest, other: VcrRequest) -> list[str]:
    fields, others = request_fields(one), request_fields(other)
    return [name for name, value in fields.items() if others.get(name) != value] or [BODY]


def _text_of(request: VcrRequest) -> str:
    body = sent_body(request.body).data.decode("utf-8", "replace")
    return f"{request.uri} {body} {dict(request.headers.items())}"
