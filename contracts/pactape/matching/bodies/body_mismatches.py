"""Collecting the mismatches of one body while the example and the actual body are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rules_by_path.paths import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BodyMismatches"]


class BodyMismatches(list[Mismatch]):
    """The mismatches that were found, in the order of the body."""

    def add(self, at: Iterable[str | int], rule: object, expected: Any, actual: Any, reason: str) -> None:
        """Add a mismatch.

        Args:
            at: The keys and indexes that lead to the value.
            rule: The violated rule.
            expected: The example's value.
            actual: The actual value.
            reason: A phrase that says what is wrong.
        """
        self.append(
            Mismatch(
                part=Part.BODY,
                path=shown(at),
                rule=str(rule),
                expected=expected,
                actual=actual,
                reason=reason,
            )
        )
