"""Two sets of recordings side by side: the ones that are kept, and those that were made just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.checking.differences import differences
from pactape.checking.findings import Alarm, Tier
from pactape.contracts.grouping.evidence import evidence_of
from pactape.contracts.grouping.message_evidence import evidence_of_messages
from pactape.contracts.grouping.sample_groups import group_samples
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pactape.contracts.grouping.sample_groups import GroupedSamples
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import Settings

__all__ = ["compare_recordings"]

#: What was asked: operation, provider states, and the names in the request.
_Question = tuple[str, tuple[str, ...], str]
#: What kind of answer came: status, media type, and whether a GraphQL answer has errors.
_Kind = tuple[int, str, str]
_Answers = dict[_Kind, list["Sample"]]


def compare_recordings(before: Sequence[Path], after: Sequence[Path], settings: Settings) -> list[Alarm]:
    """What the providers answer or send differently: statuses, media types and shapes, never values.

    Args:
        before: The cassettes that are kept.
        after: Those of the same tests, recorded anew.
        settings: The project's settings, which say who the providers are.

    Returns:
        The alarms, the worst first.

    Raises:
        CassetteFormatError: A cassette can't be read.
    """
    rules = ScrubRules.from_settings(settings.scrub)
    old = group_samples(before, settings, cache=ScrubbedCache(None, rules))
    new = group_samples(after, settings, cache=ScrubbedCache(None, rules))
    return sorted([*_compare_answers(old, new), *_compare_messages(old, new)])


def _compare_answers(before: GroupedSamples, after: GroupedSamples) -> Iterator[Alarm]:
    old, new = _by_question(before), _by_question(after)
    for question in old:
        yield from _compare(question, old[question], new.get(question, {}))


def _compare_messages(before: GroupedSamples, after: GroupedSamples) -> Iterator[Alarm]:
    now = after.messages_by_description()
    for description, messages in before.messages_by_description().items():
        if description not in now:
            yield Alarm(Tier.BREAKING, description, "is not received as recorded any more")
            continue
        old, new = evidence_of_messages(messages), evidence_of_messages(now[description])
        yield from differences(old.shape, new.shape, old.fields, place=description)


def _by_question(recorded: GroupedSamples) -> dict[_Question, _Answers]:
    """The samples by what was asked, and of each question by the kind of answer."""
    found: dict[_Question, _Answers] = {}
    for groups in recorded.groups.values():
        for key, samples in groups.items():
            answers = found.setdefault((key.operation, key.states, key.request), {})
            answers.setdefault((key.status, key.media, key.outcome), []).extend(samples)
    return found


def _compare(question: _Question, before: _Answers, after: _Answers) -> Iterator[Alarm]:
    operation = question[0]
    if not after:
        yield Alarm(Tier.BREAKING, operation, "is not asked as recorded any more")
        return
    for kind in sorted(before.keys() - after.keys()):
        now = " or ".join(_told(each) for each in sorted(after.keys() - before.keys())) or "that no more"
        yield Alarm(Tier.BREAKING, operation, f"answered {_told(kind)} and answers {now} now")
    for kind in sorted(before.keys() & after.keys()):
        yield from _compare_bodies(before[kind], after[kind], place=f"{operation} → {kind[0]}")


def _compare_bodies(before: list[Sample], after: list[Sample], *, place: str) -> Iterator[Alarm]:
    old, new = evidence_of(before), evidence_of(after)
    if old.shape is not None and new.shape is not None:
        yield from differences(old.shape, new.shape, old.fields, place=place)


def _told(kind: _Kind) -> str:
    status, media, outcome = kind
    return " ".join(filter(None, [str(status), media and f"({media})", outcome and f"with {outcome}"]))
