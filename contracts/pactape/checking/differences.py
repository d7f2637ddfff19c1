"""How the shape of an answer has changed: what went, what came, what is of another kind; never values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.checking.findings import Alarm, Tier
from pactape.contracts.inference.rules import below, map_key_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.inference.shape import Shape

__all__ = ["differences"]

#: A whole number may turn up where decimals were, and the other way round, without anybody noticing.
_NUMBERS = frozenset({"integer", "decimal"})


def differences(before: Shape, after: Shape, fields: ReadFields, *, place: str) -> Iterator[Alarm]:
    """Compare what an operation answered with what it answers now.

    Args:
        before: The recorded answers.
        after: The answers now.
        fields: What the consumer reads; a change anywhere else breaks nothing.
        place: The operation, for the alarms' places.

    Yields:
        Breaking: a field that is read is gone, is sometimes missing, may be null, or is of another kind.
        Warning: a field that is read has lost its format; one that only some answers had is gone.
        Info: whatever changed where nothing is read, and fields that are new.
    """
    yield from _Comparison(place).compare(before, after, fields, "$")


class _Comparison:
    def __init__(self, place: str) -> None:
        self._place = place

    def compare(self, before: Shape, after: Shape, fields: ReadFields, path: str) -> Iterator[Alarm]:
        """What differs at `path`, which is read, and below it."""
        yield from self._kinds(before, after, path)
        yield from self._formats(before, after, path)
        if before.kinds.get("object") and after.kinds.get("object"):
            yield from self._objects(before, after, fields, path)
        if before.items is not None and after.items is not None:
            yield from self.compare(before.items, after.items, fields.item(), f"{path}[*]")

    def _kinds(self, before: Shape, after: Shape, path: str) -> Iterator[Alarm]:
        new = after.kinds.keys() - before.kinds.keys()
        if "null" in new:
            yield self._alarm(Tier.BREAKING, path, "may be null now")
        others = new - {"null"}
        if others and not (others <= _NUMBERS and before.kinds.keys() & _NUMBERS):
            was = " or ".join(sorted(before.kinds))
            tier = Tier.WARNING if was == "null" else Tier.BREAKING
            yield self._alarm(tier, path, f"was {was} and is {' or '.join(sorted(others))} now")

    def _formats(self, before: Shape, after: Shape, path: str) -> Iterator[Alarm]:
        lost = (before.formats or frozenset()) - (after.formats or frozenset())
        if after.formats is not None and before.formats and lost == before.formats:
            yield self._alarm(Tier.WARNING, path, f"is no longer always {min(lost)}")

    def _objects(self, before: Shape, after: Shape, fields: ReadFields, path: str) -> Iterator[Alarm]:
        if map_key_pattern(before.keys) is not None:
            values = fields.value(min(before.keys))
            yield from self.compare(before.any_value(), after.any_value(), values, f"{path}.*")
            return
        for key in sorted(before.keys):
            yield from self._key(before, after, fields, key, path)
        for key in sorted(after.keys.keys() - before.keys.keys()):
            yield self._alarm(Tier.INFO, below(path, key), "is new")

    def _key(self, before: Shape, after: Shape, fields: ReadFields, key: str, path: str) -> Iterator[Alarm]:
        place, old, new = below(path, key), before.keys[key], after.keys.get(key)
        is_read, was_always = key in fields, key in before.required()
        if new is None:
            worst = Tier.BREAKING if was_always else Tier.WARNING
            yield self._alarm(worst if is_read else Tier.INFO, place, "is gone")
            return
        if was_always and key not in after.required():
            tier = Tier.BREAKING if is_read else Tier.INFO
            yield self._alarm(tier, place, f"is missing from {_share_without(after, new)} now")
        if is_read:
            yield from self.compare(old, new, fields.key(key), place)

    def _alarm(self, tier: Tier, path: str, what: str) -> Alarm:
        return Alarm(tier, f"{self._place}: {path}", what)


def _share_without(parent: Shape, child: Shape) -> str:
    """How many distinct answers lack a key; beyond some number they are not told apart."""
    objects, with_key = parent.kinds.get("object"), set[int]()
    for answers in child.kinds.values():
        if answers is None or objects is None:
            return "some answers"
        with_key |= answers
    lacking = (objects or set()) - with_key
    return f"{len(lacking)} of {len(objects or ())} answers" if lacking else "some answers"
