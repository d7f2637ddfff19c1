"""Tokens of a known form in texts, found by short texts ("marks") that each form contains."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pactape.cassettes.scrubbing.detection.providers import FORMS, START
from pactape.cassettes.scrubbing.detection.values import looks_random
from pactape.cassettes.scrubbing.detection.words import any_of
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.scrubbing.detection.providers import ProviderForm

__all__ = ["holds_form", "scrub_forms_in_text"]

#: A token, or a run that begins like one; it is skipped as a whole, so that no part of it is searched twice.
_JWT = compile_when_used(
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))eyJ[\w-]{6,}+(?P<rest>\.[\w-]{2,}+(?:\.[\w-]*+){1,3}|\.(?:\.[\w-]{2,}+){3})?"
)
_JWT_START = compile_when_used(r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))eyJ")
_RUN = compile_when_used(
    r"(?<![\w-])(?:(?<=\w\.)|(?![0-9a-f-]++(?![\w.:-])))[\w-]{14,}+|(?<![\w-])[\w-]{20,}+(?=[@:])", re.ASCII
)
_LONG_RUN = compile_when_used(r"[\w-]{14}", re.ASCII)
#: Another tool's mask that keeps the beginning: "AKIAXXXXXXXXXXXXXXXX".
_MASKED = compile_when_used(r"(?:X{12}|x{12}|\*{12})[Xx*]*\Z")
#: A position after so many characters of base64 is inside of data.
_LONG_DATA = 160
_MOST_PIECES = 1024
_DATA = compile_when_used(
    r"[A-Za-z0-9_-]*+|[A-Za-z0-9+/]*+(?:(?:\r?\n|\\n)[A-Za-z0-9+/]{60,76}+)*+(?:(?:\r?\n|\\n)[A-Za-z0-9+/]*+)?"
)
#: The characters around those marks that are common in texts.
_AROUND = {
    "token": compile_when_used(r"token[=: ][a-z0-9]{6}\.[a-z0-9]{16}"),
    "Token": compile_when_used(r"Token token=[\w+-]{20}"),
    ".": compile_when_used(r"[MNO][\w-]{23,27}\.[\w-]{6}", re.ASCII),
    "-": compile_when_used(r"-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9a-f-])"),
    "_": compile_when_used(r"2[A-Za-z0-9]{26}_\d[A-Za-z0-9]{20}(?!\w)", re.ASCII),
    "/": compile_when_used(r":[0-9a-z]{32}"),
    "!": compile_when_used(r"![\w.]{80}", re.ASCII),
    "@": compile_when_used(r"//[0-9a-f]{32}[:@]"),
}
#: Forms that may have no run of this many characters, by a text that is in every match; None if the text is enough.
_SHORT_FORMS = (
    ("-us", compile_when_used(r"-us\d", re.ASCII)),
    ("-", _AROUND["-"]),
    ("$", compile_when_used(r"\$(?:ANSIBLE|\d?[2a]|[156]\$)|(?:sha256|scrypt|md5|apr1)\$", re.ASCII)),
    ("v1.", compile_when_used(r"v1\.[0-9a-f]")),
    *((mark, None) for mark in ("whsec_", "infura.io", "ankr.com", "quiknode.pro", "openweathermap")),
    *((mark, None) for mark in ("hooks.zapier", "hooks.slack", "pbkdf2_sha", "{SHA", "{SSHA")),
)


class _Marks(NamedTuple):
    """The marks to search for: the first characters of a form, or else a text within it, and what is around it."""

    starts: re.Pattern[str]
    starts_without_escapes: re.Pattern[str]
    by_start: dict[str, tuple[int, ...]]
    inner: tuple[tuple[str, re.Pattern[str] | None, ProviderForm], ...]


@lru_cache(maxsize=1)
def _marks() -> _Marks:
    forms_by_mark: dict[str, list[int]] = {}
    for index, form in enumerate(FORMS):
        for mark in form.marks if form.starts else ():
            forms_by_mark.setdefault(mark, []).append(index)
    marks = sorted(forms_by_mark)  # a mark, followed by the longer ones that start with it
    by_start = {mark: {*forms_by_mark[mark]} for mark in marks}
    for position, mark in enumerate(marks):
        for longer in marks[position + 1 :]:
            if not longer.startswith(mark):
                break
            by_start[mark] |= by_start[longer]
            by_start[longer] |= set(forms_by_mark[mark])
    starts = compile_when_used(START + any_of(forms_by_mark))
    return _Marks(
        starts,
        compile_when_used("(?<![A-Za-z0-9])" + any_of(forms_by_mark)),
        {mark: tuple(sorted(forms)) for mark, forms in by_start.items()},
        tuple((mark, _AROUND.get(mark), form) for form in FORMS if not form.starts for mark in form.marks),
    )


def holds_form(text: str) -> bool:
    """Whether a text holds a token of a known form, or something that begins like a JSON Web Token."""
    if "eyJ" in text and _JWT_START.search(text) is not None:
        return True
    if not _may_have_run(text):
        return False
    has_form = next(_by_start(text), None) is not None or any(
        form.form.search(text) is not None for form in _by_mark(text)
    )
    return has_form and _has_run(text)


def _may_have_run(text: str) -> bool:
    """Whether a text may have a run of characters as long as a token, as a cheaper `_has_run`."""
    return _LONG_RUN.search(text) is not None or _has_short_form(text)


def _has_run(text: str) -> bool:
    """Whether a text has a run of characters as long as a token, or one of the forms without such a run."""
    return _RUN.search(text) is not None or _has_short_form(text)


def _has_short_form(text: str) -> bool:
    for mark, form in _SHORT_FORMS:  # noqa: SIM110 -- called for most texts, and a generator takes longer
        if mark in text and (form is None or form.search(text) is not None):
            return True
    return False


def _starts_in(text: str) -> re.Pattern[str]:
    """The positions where forms may start in a text, including those after escapes if it has any."""
    marks = _marks()
    return marks.starts if "\\" in text or "%" in text else marks.starts_without_escapes


def _by_start(text: str) -> Iterator[tuple[re.Match[str], ProviderForm]]:
    """The tokens that begin with a mark of their form, in the order of the text and without overlaps."""
    marks = _marks()
    end = 0
    for start in _starts_in(text).finditer(text):
        if start.start() < end:
            continue
        for index in marks.by_start[start.group()]:
            match = FORMS[index].form.match(text, start.start())
            if match is None or _is_inside_data(text, start.start()):
                continue
            if not (FORMS[index].checked and not looks_random(match.group())):
                yield match, FORMS[index]
                end = match.end()
                break


def _is_inside_data(text: str, start: int) -> bool:
    """Whether a position is in a long run of base64, also in lines, whose characters form anything by chance."""
    before = text[max(0, start - _LONG_DATA) : start]
    return len(before) == _LONG_DATA and _DATA.fullmatch(before) is not None


def _by_mark(text: str) -> Iterator[ProviderForm]:
    """The other forms whose marks a text has; around marks that most texts have, other characters count, too."""
    for mark, around, form in _marks().inner:
        if mark in text and (around is None or around.search(text) is not None):
            yield form


def scrub_forms_in_text(text: str, replace: Callable[[str, str], str]) -> str:
    """Return a text without tokens of a known form."""
    if "eyJ" in text:
        text = _JWT.sub(
            lambda match: replace(match.group(), "JSON Web Token") if match["rest"] else match.group(), text
        )
    if not (_may_have_run(text) and _has_run(text)):
        return text
    joined: list[str] = []
    pieces: list[str] = []
    end = 0
    for match, form in _by_start(text):
        pieces += (text[end : match.start()], _token(match, form, replace))
        end = match.end()
        if len(pieces) > _MOST_PIECES:  # each string takes fifty bytes more than its characters
            joined.append("".join(pieces))
            pieces.clear()
    text = "".join([*joined, *pieces, text[end:]]) if end else text
    for form in list(_by_mark(text)):
        text = form.form.sub(lambda match, form=form: _token(match, form, replace), text)  # type: ignore[misc]  # mypy can't infer the lambda
    return text


def _token(match: re.Match[str], form: ProviderForm, replace: Callable[[str, str], str]) -> str:
    whole = match.group()
    if _MASKED.search(whole) or (form.checked and not looks_random(whole)):
        return whole
    secret = next((group for group in match.groupdict().values() if group), "") or whole
    return whole.replace(secret, replace(secret, form.kind), 1)
