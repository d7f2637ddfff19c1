"""Tokens of a known form within texts, found by the beginnings and marks that forms have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pactape.cassettes.scrubbing.providers import FORMS, START
from pactape.cassettes.scrubbing.values import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.cassettes.scrubbing.providers import ProviderForm

__all__ = ["holds_form", "scrub_forms_in_text"]

_JWT = re.compile(r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))eyJ[\w-]{6,2048}+\.[\w-]{2,}+(?:\.[\w-]*+){1,3}")
_RUN = re.compile(
    r"(?<![\w-])(?![0-9a-f-]++(?![\w.:-]))[\w-]{14,}+|(?<![\w-])[\w-]{20,}+(?=[@:])"
    r"|-us\d|v1\.[0-9a-f]|\$ANSIBLE|hooks\.zapier|\$\d?[2a]|\{S?SHA"
)


class _Marks(NamedTuple):
    """How forms are looked for: by their first characters, where these are their own, and else by a mark."""

    starts: re.Pattern[str]
    by_start: dict[str, tuple[int, ...]]
    inner: re.Pattern[str]
    by_inner: tuple[int, ...]
    unmarked: tuple[tuple[str, ProviderForm], ...]


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    found: dict[str, list[int]] = {}
    inner = [index for index, form in enumerate(FORMS) if not form.starts]
    for index, form in enumerate(FORMS):
        for mark in form.marks if form.starts else ():
            found.setdefault(mark, []).append(index)
    ordered = sorted(found)  # a mark, and right behind it the longer ones that start with it
    by_start = {mark: {*found[mark]} for mark in ordered}
    for position, mark in enumerate(ordered):
        for longer in ordered[position + 1 :]:
            if not longer.startswith(mark):
                break
            by_start[mark] |= by_start[longer]
            by_start[longer] |= set(found[mark])
    starts = re.compile(rf"{START}(?:{_alternatives(found)})")
    marked = [mark for index in inner for mark in FORMS[index].marks if len(mark) > 1]
    unmarked = [(mark, FORMS[index]) for index in inner for mark in FORMS[index].marks if len(mark) == 1]
    return _Marks(
        starts,
        {mark: tuple(sorted(each)) for mark, each in by_start.items()},
        re.compile(_alternatives(marked)),
        tuple(inner),
        tuple(unmarked),
    )


def _alternatives(beginnings: Iterable[str]) -> str:
    """An expression for many short texts that shares their first characters, so most positions fail at once."""
    by_first: dict[str, set[str]] = {}
    for each in beginnings:
        by_first.setdefault(each[0], set()).add(re.escape(each[1:]))
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(sorted(rest))})" for first, rest in sorted(by_first.items())
    )


def holds_form(text: str) -> bool:
    """Whether a text may hold a token of a known form; quick, and more often wrong than right when it says so."""
    if "eyJ" in text:
        return True
    if _RUN.search(text) is None:
        return False
    marks = _marks()
    if marks.starts.search(text) is not None or marks.inner.search(text) is not None:
        return True
    return any(mark in text and form.form.search(text) is not None for mark, form in marks.unmarked)


def scrub_forms_in_text(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without tokens of a known form."""
    if "eyJ" in text:
        text = _JWT.sub(lambda match: replace(match.group(), "JSON Web Token"), text)
    if _RUN.search(text) is None:
        return text
    marks = _marks()
    candidates = {index for start in set(marks.starts.findall(text)) for index in marks.by_start[start]}
    for index in (*sorted(candidates), *marks.by_inner):
        form = FORMS[index]
        if any(mark in text for mark in form.marks):
            text = form.form.sub(lambda match, form=form: _token(match, form, replace), text)  # type: ignore[misc]
    return text


def _token(match: re.Match[str], form: ProviderForm, replace: Callable[[str, str], str]) -> str:
    whole = match.group()
    if form.checked and not looks_random(whole):
        return whole
    secret = next((group for group in match.groupdict().values() if group), "") or whole
    return whole.replace(secret, replace(secret, form.kind), 1)
