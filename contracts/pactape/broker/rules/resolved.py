"""Resolved selectors of a matrix query, and their descriptions."""

from __future__ import annotations

import msgspec

__all__ = ["ResolvedSelector"]


class ResolvedSelector(msgspec.Struct, frozen=True, kw_only=True):
    """A selector of the query, resolved to a version.

    Args:
        version_id: None means every version, unless `missing`.
        missing: Whether the selected version doesn't exist.
        specified: Whether the query specifies it; otherwise it was inferred from an integration.
        one_of_many: Whether the same selector has several versions.
    """

    pacticipant: str
    version_id: int | None = None
    number: str | None = None
    missing: bool = False
    specified: bool = True
    ignored: bool = False
    one_of_many: bool = False
    latest: bool = False
    tag: str | None = None
    branch: str | None = None
    main_branch: bool = False
    environment: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it selects every version of the pacticipant."""
        return self.version_id is None and not self.missing

    @property
    def alternative(self) -> bool:
        """Whether it is one of several versions of a branch or tag, of which one with a result is enough."""
        return self.one_of_many and self.environment is None

    def describe(self) -> str:
        """Return its description in reasons.

        Example:
            >>> ResolvedSelector(pacticipant="Bar", environment="test", number="2", version_id=7).describe()
            'the version of Bar currently in test (2)'
        """
        name, suffix = self.pacticipant, f" ({self.number or 'no such version exists'})"
        for condition, text in self._phrases():
            if condition:
                return text + suffix
        if self.environment:
            return self._in_environment()
        if self.number is None:
            return f"any version of {name}"
        return f"version {self.number} of {name}" + (" (no such version exists)" if self.missing else "")

    def _phrases(self) -> list[tuple[object, str]]:
        name = self.pacticipant
        prefix = "one of the versions" if self.one_of_many else "the version" if self.number else "a version"
        return [
            (self.latest and self.tag, f"the latest version of {name} with tag {self.tag}"),
            (self.main_branch and not self.branch, f"a version of {name} from the main branch"),
            (self.latest and self.branch, f"the latest version of {name} from branch {self.branch}"),
            (self.branch, f"{prefix} of {name} from branch {self.branch}"),
            (self.latest, f"the latest version of {name}"),
            (self.tag, f"a version of {name} with tag {self.tag}"),
        ]

    def _in_environment(self) -> str:
        if self.number is None:
            return (
                f"a version of {self.pacticipant} currently in {self.environment} "
                "(no version is currently recorded as deployed/released in this environment)"
            )
        prefix = "one of the versions" if self.one_of_many else "the version"
        return f"{prefix} of {self.pacticipant} currently in {self.environment} ({self.number})"

    def absence(self) -> str:
        """Return the reason if the selected version doesn't exist."""
        name = self.pacticipant
        if self.tag:
            return f"No version with tag {self.tag} exists for {name}"
        if self.branch:
            return f"No version of {name} from branch {self.branch} exists"
        if self.main_branch:
            return f"No version of {name} from the main branch exists"
        if self.environment:
            where = f"environment {self.environment}"
            return f"No version of {name} is currently recorded as deployed or released in {where}"
        what = f"version {self.number} of {name}" if self.number else name
        return f"No pacts or verifications have been published for {what}"
