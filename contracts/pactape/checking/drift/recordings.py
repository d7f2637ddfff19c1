"""Comparing two sets of recordings: the project's, and new ones of the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.checking.drift.differences import differences
from pactape.contracts.grouping.evidence.message_evidence import evidence_of_messages
from pactape.contracts.grouping.evidence.sample_evidence import evidence_of
from pactape.contracts.grouping.sample_groups import group_samples_alike
from pactape.contracts.inference.fields import headers_read
from pactape.contracts.interactions.text_content import is_part_read
from pactape.contracts.participants import path_below, provider_for
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.errors import DamagedRecordingError
from pactape.findings import Finding, Severity, skipped_file
from pactape.http_bodies import header

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from pathlib import Path

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.sample_groups import GroupedSamples
    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import Settings

__all__ = ["compare_other_recordings", "compare_recordings"]

#: A kind of request: operation, provider states, and the names in the request.
_Request = tuple[str, tuple[str, ...], str]
#: A kind of response: status, media type, and whether a GraphQL response has errors.
_Kind = tuple[int, str, str]
_Responses = dict[_Kind, list["Sample"]]
_MOST_NAMED = 5
_Name = TypeVar("_Name")


def compare_recordings(
    before: Sequence[Path],
    after: Sequence[Path],
    settings: Settings,
    *,
    incomplete: Container[str] = frozenset(),
) -> list[Finding]:
    """Compare the providers' responses and messages: statuses, media types, shapes and headers that are read.

    Values are never compared.

    Args:
        before: The project's cassettes.
        after: The cassettes of the same tests, recorded again.
        settings: The project's settings, which define the providers.
        incomplete: The project's cassettes of tests that failed, and so didn't send all their requests.

    Returns:
        The findings, most serious first.

    Raises:
        CassetteFormatError: A cassette can't be read.
    """
    rules = ScrubRules.from_settings(settings.scrub)
    old, new = group_samples_alike((before, after), settings, cache=ScrubbedCache(None, rules))
    return sorted([*_compare_responses(old, new, incomplete, settings), *_compare_messages(old, new)])


def compare_other_recordings(
    others: Sequence[Path], after: Sequence[Path], settings: Settings
) -> list[Finding]:
    """Compare what the tests recorded again with recordings that are not of the same tests, such as HAR files.

    Only operations and kinds of responses that both contain are compared; what the tests read now decides which
    changes are breaking. Operations that no test requests are named in one finding with severity info.

    Args:
        others: The project's other recordings.
        after: The cassettes that were recorded again.
        settings: The project's settings, which define the providers.

    Returns:
        The findings, most serious first.

    Raises:
        CassetteFormatError: None of the recordings can be read.
    """
    if not others:
        return []
    rules = ScrubRules.from_settings(settings.scrub)
    old, new = group_samples_alike((others, after), settings, cache=ScrubbedCache(None, rules))
    before, now = (_responses_by(grouped, lambda key: key.operation) for grouped in (old, new))
    findings = [
        skipped_file(str(path), error.what, is_damaged=isinstance(error, DamagedRecordingError))
        for path, error in old.skipped
    ]
    uncompared: list[str] = []
    for operation, responses in sorted(before.items()):
        common = responses.keys() & now.get(operation, {}).keys()
        for kind in sorted(common):
            place = f"{operation} → {kind[0]}"
            findings += _compare_content(
                responses[kind], now[operation][kind], place=place, by_reads_now=True
            )
        if not common:
            uncompared.append(operation)
    return sorted([*findings, *_uncompared(uncompared)])


def _uncompared(operations: Sequence[str]) -> Iterator[Finding]:
    if operations:
        more = len(operations) - _MOST_NAMED
        names = ", ".join(operations[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        what = f"weren't compared, because no test got such responses: {names}"
        yield Finding(Severity.INFO, "operations of other recordings", what, rule="not-compared")


def _compare_responses(
    before: GroupedSamples, after: GroupedSamples, incomplete: Container[str], settings: Settings
) -> Iterator[Finding]:
    old, new = _responses_by(before, _request_of), _responses_by(after, _request_of)
    for request, responses in old.items():
        if request in new:
            yield from _compare(request, responses, new[request])
        elif (reason := _exclusion_of(responses, before, after, settings)) is not None:
            was = " or ".join(map(_kind_text, sorted(responses)))
            what = f"responded with {was} and now with what no contract can contain: {reason}"
            yield Finding(Severity.BREAKING, request[0], what, rule="response-changed")
        elif not all(sample.exchange.cassette in incomplete for sample in _samples(responses)):
            what = "is no longer requested as recorded"
            yield Finding(Severity.BREAKING, request[0], what, rule="not-requested")


def _exclusion_of(
    responses: _Responses, before: GroupedSamples, after: GroupedSamples, settings: Settings
) -> str | None:
    """Return why a request with the same method and path takes no part in contracts now, but did before."""
    exchanges = [sample.exchange for sample in _samples(responses)]
    requests = {
        f"{exchange.request.method} {path_below(exchange, provider)}"
        for exchange in exchanges
        if (provider := provider_for(exchange, settings)) is not None
    } - {exclusion.request for exclusion in before.exclusions}
    return next((exclusion.reason for exclusion in after.exclusions if exclusion.request in requests), None)


def _samples(responses: _Responses) -> Iterator[Sample]:
    for samples in responses.values():
        yield from samples


def _compare_messages(before: GroupedSamples, after: GroupedSamples) -> Iterator[Finding]:
    now = after.messages_by_description()
    for description, messages in before.messages_by_description().items():
        if description not in now:
            what = "is no longer received as recorded"
            yield Finding(Severity.BREAKING, description, what, rule="not-received")
            continue
        old, new = evidence_of_messages(messages), evidence_of_messages(now[description])
        yield from differences(old.shape, new.shape, old.fields, place=description)


def _responses_by(grouped: GroupedSamples, name_of: Callable[[GroupKey], _Name]) -> dict[_Name, _Responses]:
    """The samples by a part of their group's key and, within each, by kind of response."""
    by_name: dict[_Name, _Responses] = {}
    for groups in grouped.groups.values():
        for key, samples in groups.items():
            responses = by_name.setdefault(name_of(key), {})
            responses.setdefault((key.status, key.media, key.outcome), []).extend(samples)
    return by_name


def _request_of(key: GroupKey) -> _Request:
    return key.operation, key.states, key.request


def _compare(request: _Request, before: _Responses, after: _Responses) -> Iterator[Finding]:
    operation = request[0]
    for kind in sorted(before.keys() - after.keys()):
        now = " or ".join(_kind_text(key) for key in sorted(after.keys() - before.keys()))
        what = (
            f"responded with {_kind_text(kind)} and now responds with {now}"
            if now
            else f"no longer responds with {_kind_text(kind)}"
        )
        yield Finding(Severity.BREAKING, operation, what, rule="response-changed")
    for kind in sorted(before.keys() & after.keys()):
        yield from _compare_content(before[kind], after[kind], place=f"{operation} → {kind[0]}")


def _compare_content(
    before: list[Sample], after: list[Sample], *, place: str, by_reads_now: bool = False
) -> Iterator[Finding]:
    """The differences of bodies and of headers that are read: by the old recordings, or the new ones."""
    old, new = evidence_of(before), evidence_of(after)
    reader = new if by_reads_now else old
    for name in sorted(headers_read(reader.reads or ()) & old.headers - new.headers):
        yield _missing_header(name, after, place=place)
    if old.shape is not None and new.shape is not None:
        yield from differences(old.shape, new.shape, reader.fields, place=place)
    elif old.shape is None and old.parts is not None:
        yield from _missing_parts(old.parts, new.parts or set(), reader.fields, place=place)


def _missing_parts(old: set[str], new: set[str], fields: ReadFields, *, place: str) -> Iterator[Finding]:
    """The columns, elements and keys that every recorded text had, without those below another one."""
    missing = old - new
    for part in sorted(missing):
        if not any(part.startswith((f"{other}.", f"{other}[]")) for other in missing):
            severity = Severity.BREAKING if is_part_read(part, fields) else Severity.INFO
            yield Finding(severity, f"{place}: {part}", "is gone", rule="field-gone")


def _missing_header(name: str, after: list[Sample], *, place: str) -> Finding:
    without = [recorded for recorded in after if header(recorded.exchange.response.headers, name) is None]
    is_gone = len(without) == len(after)
    what = "is gone" if is_gone else f"is now missing from {len(without)} of {len(after)} responses"
    return Finding(Severity.BREAKING, f"{place}: the header {name}", what, rule="header-gone")


def _kind_text(kind: _Kind) -> str:
    status, media, outcome = kind
    return " ".join(filter(None, [str(status), media and f"({media})", outcome and f"with {outcome}"]))
