r"""Regular expressions of contracts, in Oniguruma's Ruby syntax as the official engine reads them, run in Python.

What differs is rewritten: `^` and `$` work at every line, `(?m)` lets the dot match a line's end, `\h` is a
hexadecimal digit, `\z` the end, `[[:alpha:]]` and `\p{L}` name classes, `(?<name>…)` and `\k<name>` name groups.

Contracts come from other teams, and a pattern like `(a+)+b` can take for ever (CWE-1333). Patterns of that
kind run in the library `regex`, which gives up after a second; the others run in `re`, which is faster.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PatternError", "compile_pattern", "fast_pattern", "matches"]

_LIMIT_SECONDS = 1.0

_CLASSES = {
    "alpha": r"^\W\d_",
    "l": r"^\W\d_",
    "letter": r"^\W\d_",
    "digit": r"\d",
    "d": r"\d",
    "nd": r"\d",
    "n": r"\d",
    "alnum": r"^\W_",
    "word": r"\w",
    "w": r"\w",
    "space": r"\s",
    "s": r"\s",
    "upper": "A-Z",
    "lu": "A-Z",
    "lower": "a-z",
    "ll": "a-z",
    "xdigit": "0-9A-Fa-f",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "cntrl": r"\x00-\x1f\x7f",
    "ascii": r"\x00-\x7f",
}
_OPEN = re.compile(r"\(\?(?:<(?P<name>[A-Za-z_]\w*)>|(?P<flags>[imx]+)(?P<end>[):]))")
_BAD_FLAGS = re.compile(r"\(\?[imx]*-?[imx]*[^imx:<>=!#)-]")
_ESCAPE = re.compile(
    r"\\(?:k<(?P<group>\w+)>|x\{(?P<code>[0-9A-Fa-f]+)\}|(?P<negated>[pP])\{(?P<caret>\^?)(?P<class>\w+)\}|(?P<one>.))",
    re.DOTALL,
)
#: Repetitions of different lengths, and repetitions of groups.
_REPETITION = re.compile(r"[*+]|\{\d*,\d*\}")
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_POSIX = re.compile(r"\[:(?P<caret>\^?)(?P<class>\w+):\]")
_FLAGS = {"m": "s", "i": "i", "x": "x"}
_ESCAPES = {
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "h": "[0-9A-Fa-f]",
    "H": "[^0-9A-Fa-f]",
    "R": r"(?>\r\n|[\n-\r\x85\u2028\u2029])",
    "e": r"\x1b",
}


class PatternError(ValueError):
    """A pattern that the engine, or this rewriting of it, can't use."""


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern's first match at the beginning of the text ends at the end of the text.

    Raises:
        PatternError: The pattern can't be used, or takes more than a second.
    """
    options = {} if _is_fast(pattern) else {"timeout": _LIMIT_SECONDS}
    try:
        match = compile_pattern(pattern).match(text, **options)
    except TimeoutError:
        raise PatternError(f"{pattern!r} takes more than {_LIMIT_SECONDS:g} s on this text") from None
    return match is not None and match.end() == len(text)


def fast_pattern(pattern: str) -> Callable[[str], Any] | None:
    """Return the `match` of a compiled pattern that needs no time limit; None for others and unusable ones."""
    try:
        return compile_pattern(pattern).match if _is_fast(pattern) else None
    except PatternError:
        return None


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Any:
    """Return the pattern compiled by `re`, or by `regex` when it may take long.

    Raises:
        PatternError: The pattern can't be used.
    """
    python_pattern = _Rewriting(pattern).run()
    try:
        compiled_pattern = re.compile(python_pattern, re.MULTILINE)
        return compiled_pattern if _is_fast(pattern) else _with_time_limit(python_pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{pattern!r} is not a valid regular expression ({error})") from None


@lru_cache(maxsize=4096)
def _is_fast(pattern: str) -> bool:
    """Whether matching needs few attempts: no repeated group, at most one item a variable number of times."""
    return len(_REPETITION.findall(pattern)) <= 1 and not _REPEATED_GROUP.search(pattern)


def _with_time_limit(pattern: str) -> Any:
    import regex  # noqa: PLC0415 -- few contracts need it

    return regex.compile(pattern, regex.MULTILINE | regex.VERSION0)


class _Rewriting:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._out: list[str] = []

    def run(self) -> str:
        while self._at < len(self._pattern):
            self._step(self._pattern[self._at])
        return "".join(self._out)

    def _step(self, character: str) -> None:
        if character == "\\":
            self._escape()
        elif character == "[":
            self._class()
        elif character == "(":
            self._group()
        else:
            self._take(character, 1)

    def _take(self, text: str, length: int) -> None:
        self._out.append(text)
        self._at += length

    def _group(self) -> None:
        opening = _OPEN.match(self._pattern, self._at)
        if opening is None:
            self._refuse_unknown_group()
            self._take("(", 1)
        elif opening["name"]:
            self._take(f"(?P<{opening['name']}>", len(opening.group()))
        else:
            self._flags(opening)

    def _refuse_unknown_group(self) -> None:
        if _BAD_FLAGS.match(self._pattern, self._at):
            raise PatternError(
                f"{self._pattern!r} is not a valid regular expression (undefined group option)"
            )

    def _flags(self, opening: re.Match[str]) -> None:
        flags = "".join(dict.fromkeys(_FLAGS[flag] for flag in opening["flags"]))
        if opening["end"] == ")" and self._at != 0:
            raise PatternError(f"{self._pattern!r} sets options after its start; set them at its start")
        self._take(f"(?{flags}{opening['end']}", len(opening.group()))

    def _escape(self) -> None:
        escape = self._match_escape()
        if escape["group"]:
            text = f"(?P={escape['group']})"
        elif escape["code"]:
            text = re.escape(chr(int(escape["code"], 16)))
        elif escape["class"]:
            text = f"[{_negate(self._class_members(escape['class']), times=_negations(escape))}]"
        else:
            text = _ESCAPES.get(escape["one"], _escape_literal(escape["one"]))
        self._take(text, len(escape.group()))

    def _class(self) -> None:
        """A bracketed class: in Oniguruma one may hold others, and intersect them."""
        self._at += 1
        self._out.append(self._members())

    def _members(self) -> str:
        """A pattern for one character of the class whose members begin here."""
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        parts: list[list[str]] = [[]]
        first = True
        while first or not self._pattern.startswith("]", self._at):
            if self._at >= len(self._pattern):
                raise PatternError(
                    f"{self._pattern!r} is not a valid regular expression (premature end of a class)"
                )
            self._member(parts)
            first = False
        self._at += 1
        *others, last = [_union(part) for part in parts]
        union = "".join(f"(?={branch})" for branch in others) + last
        return f"(?:(?!{union})[\\s\\S])" if negated else f"(?:{union})"

    def _member(self, parts: list[list[str]]) -> None:
        posix = _POSIX.match(self._pattern, self._at)
        if posix is not None:
            parts[-1].append(
                f"[{_negate(self._class_members(posix['class']), times=int(bool(posix['caret'])))}]"
            )
            self._at += len(posix.group())
        elif self._pattern.startswith("&&", self._at):
            parts.append([])
            self._at += 2
        elif self._pattern.startswith("[", self._at):
            self._at += 1
            parts[-1].append(self._members())
        else:
            parts[-1].append(self._range())

    def _range(self) -> str:
        """One character, an escape, or a range between two of them."""
        low = self._single()
        after = self._pattern[self._at + 1 : self._at + 2]
        if self._pattern.startswith("-", self._at) and after not in {"", "]"} and not low.startswith("["):
            self._at += 1
            high = self._single()
            return f"[{low}-{high}]" if not high.startswith("[") else f"(?:[{low}]|-|{high})"
        return low if low.startswith("[") else f"[{low}]"

    def _single(self) -> str:
        if not self._pattern.startswith("\\", self._at):
            self._at += 1
            return re.escape(self._pattern[self._at - 1])
        escape = self._match_escape()
        self._at += len(escape.group())
        if escape["code"]:
            return re.escape(chr(int(escape["code"], 16)))
        if escape["class"]:
            return f"[{_negate(self._class_members(escape['class']), times=_negations(escape))}]"
        if escape["one"] in "hHdDsSwW":
            return _ESCAPES.get(escape["one"], f"[\\{escape['one']}]")
        return _ESCAPES["e"] if escape["one"] == "e" else _escape_literal(escape["one"])

    def _match_escape(self) -> re.Match[str]:
        escape = _ESCAPE.match(self._pattern, self._at)
        if escape is None:
            raise PatternError(f"{self._pattern!r} is not a valid regular expression (end at an escape)")
        return escape

    def _class_members(self, name: str) -> str:
        try:
            return _CLASSES[name.lower()]
        except KeyError:
            raise PatternError(
                f"{self._pattern!r} contains the class {name!r}, which is not supported"
            ) from None


def _union(members: list[str]) -> str:
    """One character of any of these classes; plain ones share one pair of brackets, which runs faster."""
    plain = "".join(member[1:-1] for member in members if _is_plain(member))
    others = [member for member in members if not _is_plain(member)]
    return (
        "|".join([f"[{plain}]"] * bool(plain) + others)
        if len(others) + bool(plain) == 1
        else (f"(?:{'|'.join([f'[{plain}]'] * bool(plain) + others)})")
    )


def _is_plain(member: str) -> bool:
    return member.startswith("[") and not member.startswith("[^")


def _negations(escape: re.Match[str]) -> int:
    return (escape["negated"] == "P") + bool(escape["caret"])


def _negate(members: str, *, times: int) -> str:
    if times % 2 == 0:
        return members
    return members[1:] if members.startswith("^") else f"^{members}"


def _escape_literal(character: str) -> str:
    """An escape of both dialects, or a literal letter."""
    if character.isalpha() and character not in "AbBdDsSwWntrfvaxuU" and character.isascii():
        return character
    return f"\\{character}"
