"""The self-check of a recording: what the next run would not find, and what it would find changed."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.replay.request_fields import PATH, json_fields, request_fields
from pactape.http_bodies import content_codings, decode_body, sent_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pactape.cassettes.replay.live_interaction import LiveInteraction
    from pactape.cassettes.replay.replay_cassette import ReplayCassette

__all__ = ["ReplayProblem", "check_recording"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1467][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])(?:[0-9a-f]{16,}|[0-9A-F]{16,}|[A-Za-z0-9_+/-]{20,}={0,2})")
_SECONDS, _MILLISECONDS = re.compile(r"\d{10}(\.\d+)?"), re.compile(r"\d{13}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_NEAR = timedelta(days=1)
_SHORTEST_SECRET = 6
_clock = time.time  # as it is now: tests may replace it


class ReplayProblem(msgspec.Struct, frozen=True, order=True):
    """Something that the next run would not find, or find changed.

    Args:
        request: Method and URL, scrubbed.
        field: The field as `ignore` or `keep` names it.
        reason: Why.
        cure: What to do about it.
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
    is_constant: Callable[[str], bool],
) -> list[ReplayProblem]:
    """Look the live requests of a recording up as the next run will send them.

    Args:
        player: The cassette after its recording.
        reads: The response fields that the test read, by position; None for all.
        is_constant: Whether a text stands in the project's own code, so that every run sends it.
    """
    live = player.live_interactions
    found = [*_unfound(player, live), *_fresh(player, live, is_constant), *_changed(player, live, reads)]
    return list(dict.fromkeys(found))


def _unfound(player: ReplayCassette, live: Sequence[LiveInteraction]) -> Iterator[ReplayProblem]:
    """Yield the requests that carry a replaced value where the recorded request has the real one."""
    replaced: dict[str, str] = {}
    for each in live:
        sent = _with_values(each.request, replaced)
        if not player.positions_of(player.key_of(sent.method, sent.uri, sent.body, sent.headers)):
            for field in _different_fields(sent, each.request):
                yield ReplayProblem(
                    player.label(each.request),
                    field,
                    "carries a value that a response brought and that is scrubbed there",
                    _cure(field),
                )
        replaced |= _replacements(player, each)


def _fresh(
    player: ReplayCassette, live: Sequence[LiveInteraction], is_constant: Callable[[str], bool]
) -> Iterator[ReplayProblem]:
    """Yield the fields whose values look as if each run made them anew."""
    seen: list[bytes] = []
    for each in live:
        scrubbed = request_fields(player.recorded_request(each.position))
        for field, value in request_fields(each.request).items():
            reason = _reason(value) if scrubbed.get(field) == value else None
            if reason and not player.ignores(each.request, field) and not _is_known(value, seen, is_constant):
                yield ReplayProblem(player.label(each.request), field, reason, _cure(field))
        seen += [_body(each.response), repr(each.response["headers"]).encode()]


def _is_known(value: str, seen: Sequence[bytes], is_constant: Callable[[str], bool]) -> bool:
    return any(value.encode() in text for text in seen) or is_constant(value)


def _changed(
    player: ReplayCassette, live: Sequence[LiveInteraction], reads: Mapping[int, tuple[str, ...] | None]
) -> Iterator[ReplayProblem]:
    """Yield the fields that the test read, that are scrubbed, and that it didn't send on as it got them."""
    for number, each in enumerate(live):
        if each.position not in reads:
            continue
        sent = [_text_of(later.request) for later in live[number + 1 :]]
        for path, raw in _replaced_fields(player, each):
            if _was_read(path, reads[each.position]) and not any(raw in text for text in sent):
                name = path.rpartition(".")[2].removesuffix("[*]")
                yield ReplayProblem(
                    player.label(each.request),
                    f"response field {path}",
                    "was read by the test and is scrubbed in the recording",
                    f'don\'t assert its value, or set [tool.pactape.scrub] keep = ["{name}"] if it is not a secret',
                )


def _was_read(path: str, reads: tuple[str, ...] | None) -> bool:
    plain = path.removeprefix("$").removeprefix(".").replace("[*]", "[]")
    return reads is None or any(plain == each or plain.startswith((f"{each}.", f"{each}[")) for each in reads)


def _reason(value: str) -> str | None:
    if _UUID.fullmatch(value):
        return "is a fresh UUID"
    if _is_near_now(value):
        return "is a time"
    return "is a random value" if _RANDOM.fullmatch(value) else None


def _is_near_now(value: str) -> bool:
    now = datetime.fromtimestamp(_clock(), UTC)
    moment: datetime | None = None
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        if _SECONDS.fullmatch(value):
            moment = datetime.fromtimestamp(float(value), UTC)
        elif _MILLISECONDS.fullmatch(value):
            moment = datetime.fromtimestamp(int(value) / 1000, UTC)
        elif _DATE.fullmatch(value):
            moment = datetime.fromisoformat(value)
        elif value.endswith("GMT"):
            moment = parsedate_to_datetime(value)
    if moment is None:
        return False
    return abs((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now) < _NEAR


def _replacements(player: ReplayCassette, each: LiveInteraction) -> dict[str, str]:
    """Return the placeholder by secret for the texts of a response."""
    clean = dict(_ordered(player.recorded_response(each.position)))
    return {
        raw: clean[key]
        for key, raw in _ordered(each.response)
        if len(raw) >= _SHORTEST_SECRET and clean.get(key, raw) != raw
    }


def _replaced_fields(player: ReplayCassette, each: LiveInteraction) -> list[tuple[str, str]]:
    clean = dict(_ordered(player.recorded_response(each.position)))
    return [(key[0], raw) for key, raw in _ordered(each.response) if clean.get(key, raw) != raw]


def _ordered(response: dict[str, Any]) -> list[tuple[tuple[str, int], str]]:
    """Return the fields of a JSON response with path and number, so that those of two copies correspond."""
    with suppress(ValueError, RecursionError):
        fields = list(json_fields(json.loads(_body(response))))
        return [((path, number), value) for number, (path, value) in enumerate(fields)]
    return []


def _body(response: dict[str, Any]) -> bytes:
    body = response["body"].get("string") or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    try:
        return decode_body(body, content_codings(response["headers"]))
    except ValueError:
        return body


def _with_values(request: VcrRequest, values: Mapping[str, str]) -> VcrRequest:
    """Return a request with other values in it, as the client will send it that gets them."""
    uri, body = request.uri, sent_body(request.body).data
    for old, new in values.items():
        uri, body = uri.replace(old, new), body.replace(old.encode(), new.encode())
    return VcrRequest(request.method, uri, body or None, request.headers)


def _different_fields(one: VcrRequest, other: VcrRequest) -> list[str]:
    fields, others = request_fields(one), request_fields(other)
    return [name for name, value in fields.items() if others.get(name) != value] or ["the body"]


def _text_of(request: VcrRequest) -> str:
    body = sent_body(request.body).data.decode("utf-8", "replace")
    return f"{request.uri} {body} {dict(request.headers.items())}"


def _cure(field: str) -> str:
    if field.startswith(PATH) or field == "the body":
        return "let the test send the same value each time"
    return f'[tool.pactape.match] ignore = ["{field}"], or let the test send the same value each time'
