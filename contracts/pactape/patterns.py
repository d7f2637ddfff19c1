"""Regular expressions that are compiled when they are first used, so that importing them costs nothing."""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["compile_when_used"]

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def compile_when_used(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return a regular expression like `re.compile`, but compile it only when it is first used.

    Compiling takes from a tenth of a millisecond to several, and a run of one test uses few of all expressions.
    Call the pattern's own methods: `re.sub(pattern, …)` and the like don't take it.

    Args:
        pattern: As for `re.compile`.
        flags: As for `re.compile`.

    Raises:
        re.error: At the first use, if the pattern is wrong.

    Examples:
        >>> digits = compile_when_used("[0-9]+")
        >>> digits.fullmatch("42") is not None
        True
    """
    return cast("re.Pattern[str]", _UncompiledPattern(pattern, flags))


class _UncompiledPattern:
    """Takes over the methods of the compiled pattern when it is first asked for anything."""

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the compiled pattern; called only for those that aren't there yet."""
        compiled = re.compile(self.pattern, self._flags)
        vars(self).update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)
