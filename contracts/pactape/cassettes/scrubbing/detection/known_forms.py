"""Tokens of a known form within texts, found by the beginnings and marks that forms have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pactape.cassettes.scrubbing.detection.providers import FORMS, START
from pactape.cassettes.scrubbing.detection.values import looks_random
from pactape.cassettes.scrubbing.detection.words import any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.scrubbing.detection.providers import ProviderForm

__all__ = ["holds_form", "scrub_forms_in_text"]

#: A token, or what begins as one and is passed over as a whole, so that no part of it is looked at twice.
_JWT = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))eyJ[\w-]{6,}+(?P<rest>\.[\w-]{2,}+(?:\.[\w-]*+){1,3})?"
)
_RUN = re.compile(
    r"(?<![\w-])(?![0-9a-f-]++(?![\w.:-]))[\w-]{14,}+|(?<![\w-])[\w-]{20,}+(?=[@:])"
    r"|-us\d|whsec_|v1\.[0-9a-f]|infura\.io|ankr\.com|quiknode\.pro|\$ANSIBLE|hooks\.zapier|hooks\.slack|openweathermap|\$\d?[2a]|\{S?SHA",
    re.ASCII,
)
#: What the forms have whose marks are one character, which is in most texts.
_UNMARKED = re.compile(
    r"[MNO][\w-]{23,27}\.[\w-]{6}|[0-9a-f]{32}-[0-9a-f]{8}-|\d:[0-9a-z]{32}|![\w.]{80}|//[0-9a-f]{32}[:@]",
    re.ASCII,
)


class _Marks(NamedTuple):
    """How forms are looked for: by their first characters, where these are their own, and else by a mark."""

    starts: re.Pattern[str]
    starts_without_escapes: re.Pattern[str]
    by_start: dict[str, tuple[int, ...]]
    inner: re.Pattern[str]
    by_inner: tuple[int, ...]


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    forms_by_mark: dict[str, list[int]] = {}
    inner = [index for index, form in enumerate(FORMS) if not form.starts]
    for index, form in enumerate(FORMS):
        for mark in form.marks if form.starts else ():
            forms_by_mark.setdefault(mark, []).append(index)
    marks = sorted(forms_by_mark)  # a mark, and right behind it the longer ones that start with it
    by_start = {mark: {*forms_by_mark[mark]} for mark in marks}
    for position, mark in enumerate(marks):
        for longer in marks[position + 1 :]:
            if not longer.startswith(mark):
                break
            by_start[mark] |= by_start[longer]
            by_start[longer] |= set(forms_by_mark[mark])
    starts = re.compile(START + any_of(forms_by_mark))
    inner_marks = [mark for index in inner for mark in FORMS[index].marks if len(mark) > 1]
    return _Marks(
        starts,
        re.compile("(?<![A-Za-z0-9])" + any_of(forms_by_mark)),
        {mark: tuple(sorted(each)) for mark, each in by_start.items()},
        re.compile(any_of(inner_marks)),
        tuple(inner),
    )


def holds_form(text: str) -> bool:
    """Whether a text holds a token of a known form, or what begins as a JSON Web Token does."""
    if "eyJ" in text:
        return True
    if not _has_mark(text):
        return False
    return next(_by_start(text), None) is not None or any(
        form.form.search(text) is not None for form in _by_mark(text)
    )


def _has_mark(text: str) -> bool:
    """Whether a text has a mark and a run of characters as long as a token."""
    marks = _marks()
    starts = marks.starts if "\\" in text or "%" in text else marks.starts_without_escapes
    if starts.search(text) is None and marks.inner.search(text) is None and _UNMARKED.search(text) is None:
        return False
    return _RUN.search(text) is not None


def _by_start(text: str) -> Iterator[tuple[re.Match[str], ProviderForm]]:
    """The tokens that begin with a mark of their form, in the order of the text, and not within one another."""
    marks = _marks()
    starts = marks.starts if "\\" in text or "%" in text else marks.starts_without_escapes
    end = 0
    for start in starts.finditer(text):
        if start.start() < end:
            continue
        for index in marks.by_start[start.group()]:
            match = FORMS[index].form.match(text, start.start())
            if match is not None and not (FORMS[index].checked and not looks_random(match.group())):
                yield match, FORMS[index]
                end = match.end()
                break


def _by_mark(text: str) -> Iterator[ProviderForm]:
    """The other forms whose marks a text has."""
    marks = _marks()
    if marks.inner.search(text) is not None or _UNMARKED.search(text) is not None:
        for index in marks.by_inner:
            if any(mark in text for mark in FORMS[index].marks):
                yield FORMS[index]


def scrub_forms_in_text(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without tokens of a known form."""
    if "eyJ" in text:
        text = _JWT.sub(
            lambda match: replace(match.group(), "JSON Web Token") if match["rest"] else match.group(), text
        )
    if not _has_mark(text):
        return text
    pieces: list[str] = []
    end = 0
    for match, form in _by_start(text):
        pieces += (text[end : match.start()], _token(match, form, replace))
        end = match.end()
    text = "".join([*pieces, text[end:]]) if pieces else text
    for form in list(_by_mark(text)):
        text = form.form.sub(lambda match, form=form: _token(match, form, replace), text)  # type: ignore[misc]  # mypy can't infer the lambda
    return text


def _token(match: re.Match[str], form: ProviderForm, replace: Callable[[str, str], str]) -> str:
    whole = match.group()
    if form.checked and not looks_random(whole):
        return whole
    secret = next((group for group in match.groupdict().values() if group), "") or whole
    return whole.replace(secret, replace(secret, form.kind), 1)
