"""How the shape of a response has changed: fields that are gone, new, or of another type; values are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.inference.rules import below, map_key_pattern
from pactape.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["differences"]

#: An API may return a whole number where it returned decimals, and vice versa, by chance.
_NUMBERS = frozenset({"integer", "decimal"})


def differences(before: Shape, after: Shape, fields: ReadFields, *, place: str) -> Iterator[Finding]:
    """Compare the recorded responses of an operation with the current ones.

    Args:
        before: The recorded responses.
        after: The current responses.
        fields: What the consumer reads; changes anywhere else are not breaking.
        place: The operation, for the findings' places.

    Yields:
        Breaking: a field that is read is gone, is sometimes missing, may be null, or is of another kind.
            Warning: a field that is read has lost its format, or one that only some responses had is gone.
            Info: changes where nothing is read, new fields, and new texts in addition to a few recorded ones.
    """
    yield from _Comparison(place).compare(before, after, fields, "$")


class _Comparison:
    def __init__(self, place: str) -> None:
        self._place = place

    def compare(self, before: Shape, after: Shape, fields: ReadFields, path: str) -> Iterator[Finding]:
        """The differences at and below `path`, which is read."""
        yield from self._kinds(before, after, path)
        yield from self._formats(before, after, path)
        yield from self._texts(before, after, path)
        if before.kinds.get("object") and after.kinds.get("object"):
            yield from self._objects(before, after, fields, path)
        if before.items is not None and after.items is not None:
            yield from self.compare(before.items, after.items, fields.item(), f"{path}[*]")

    def _kinds(self, before: Shape, after: Shape, path: str) -> Iterator[Finding]:
        new = after.kinds.keys() - before.kinds.keys()
        if "null" in new:
            yield self._finding(Severity.BREAKING, path, "may now be null", rule="field-nullable")
        others = new - {"null"}
        if others and not (others <= _NUMBERS and before.kinds.keys() & _NUMBERS):
            was = " or ".join(sorted(before.kinds))
            severity = Severity.WARNING if was == "null" else Severity.BREAKING
            yield self._finding(
                severity, path, f"was {was} and is now {' or '.join(sorted(others))}", rule="field-type"
            )

    def _formats(self, before: Shape, after: Shape, path: str) -> Iterator[Finding]:
        missing = (before.formats or frozenset()) - (after.formats or frozenset())
        if after.formats is not None and before.formats and missing == before.formats:
            yield self._finding(
                Severity.WARNING, path, f"is no longer always {min(missing)}", rule="field-format"
            )

    def _texts(self, before: Shape, after: Shape, path: str) -> Iterator[Finding]:
        """Texts that were not among the few repeated ones; only information, as samples don't show all values."""
        if before.values and after.values and len(before.values) < before.response_count("string"):
            new = sorted(after.values.keys() - before.values.keys())
            if new:
                old_texts = ", ".join(map(repr, sorted(before.values)))
                what = f"has texts that were not recorded: {', '.join(map(repr, new))}, in addition to {old_texts}"
                yield self._finding(Severity.INFO, path, what, rule="field-vocabulary")

    def _objects(self, before: Shape, after: Shape, fields: ReadFields, path: str) -> Iterator[Finding]:
        if map_key_pattern(before.keys) is not None:
            values = fields.value(min(before.keys))
            yield from self.compare(before.any_value(), after.any_value(), values, f"{path}.*")
            return
        for key in sorted(before.keys):
            yield from self._key(before, after, fields, key, path)
        for key in sorted(after.keys.keys() - before.keys.keys()):
            yield self._finding(Severity.INFO, below(path, key), "is new", rule="field-new")

    def _key(self, before: Shape, after: Shape, fields: ReadFields, key: str, path: str) -> Iterator[Finding]:
        place, old, new = below(path, key), before.keys[key], after.keys.get(key)
        is_read, was_always = key in fields, key in before.required()
        if new is None:
            worst = Severity.BREAKING if was_always else Severity.WARNING
            yield self._finding(worst if is_read else Severity.INFO, place, "is gone", rule="field-gone")
            return
        if was_always and key not in after.required():
            severity = Severity.BREAKING if is_read else Severity.INFO
            yield self._finding(
                severity, place, f"is now missing from {_share_without(after, new)}", rule="field-optional"
            )
        if is_read:
            yield from self.compare(old, new, fields.key(key), place)

    def _finding(self, severity: Severity, path: str, what: str, *, rule: str) -> Finding:
        return Finding(severity, f"{self._place}: {path}", what, rule=rule)


def _share_without(parent: Shape, child: Shape) -> str:
    """How many distinct responses lack a key; not counted beyond a limit."""
    objects, with_key = parent.kinds.get("object"), frozenset[int]()
    for responses in child.kinds.values():
        if responses is None or objects is None:
            return "some responses"
        with_key |= responses
    lacking = (objects or frozenset()) - with_key
    return f"{len(lacking)} of {len(objects or ())} responses" if lacking else "some responses"
