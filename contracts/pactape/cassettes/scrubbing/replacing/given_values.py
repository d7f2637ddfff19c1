"""Short secrets of responses (codes, PINs, short sessions), which later requests may send under any name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    import re

__all__ = ["GivenValues"]

#: A code has digits, or is written in capitals; shorter ones and words may mean something else in a request.
_CODE = compile_when_used(r"(?=[A-Za-z-]*\d|[A-Z-]+$)[A-Za-z0-9][A-Za-z0-9-]{4,18}")
_SMALLEST_NUMBER = 10_000
#: A word that stands alone, with the quotation mark before it if there is one.
_WORD = compile_when_used(
    r"(?<![\w.%~+-])(?P<quote>\"?)(?P<word>[A-Za-z0-9][A-Za-z0-9-]{4,18}+)(?![\w~%]|\.\d)"
)
_MOST = 1024


class GivenValues:
    """The short secrets of a cassette's responses with their placeholders.

    Elsewhere, a short text may mean something else; in a request after that response, it is the same secret.
    """

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}

    @property
    def has_any(self) -> bool:
        """Whether there are such secrets."""
        return bool(self._placeholders)

    def add(self, secret: str, placeholder: str) -> None:
        """Remember a secret of a response, if it is a code.

        Example:
            >>> given = GivenValues()
            >>> given.add("X7K2QD", "scrubbed")
            >>> given.replace("/invites/X7K2QD/accept"), given.replace("/invites/X7K2QDZ")
            ('/invites/scrubbed/accept', '/invites/X7K2QDZ')
        """
        if _CODE.fullmatch(secret) is not None and len(self._placeholders) < _MOST:
            self._placeholders.setdefault(secret, placeholder)

    def add_number(self, secret: float, placeholder: float) -> None:
        """Remember a number of a response, if it is a code."""
        if abs(secret) >= _SMALLEST_NUMBER:
            self.add(str(secret), str(placeholder))

    def replace(self, text: str, *, is_json: bool = False) -> str:
        """Return a part of a request without these secrets.

        Args:
            text: A URL, a header's value or a body.
            is_json: Whether digits without quotation marks are a number, so that their placeholder is one, too.
        """
        if not self._placeholders:
            return text
        return _WORD.sub(lambda match: self._replace(match, is_json=is_json), text)

    def _replace(self, match: re.Match[str], *, is_json: bool) -> str:
        quote, word = match["quote"], match["word"]
        placeholder = self._placeholders.get(word)
        if placeholder is None:
            return match.group()
        is_number = is_json and not quote and placeholder.isdecimal()
        return f"{quote}{int(placeholder) if is_number else placeholder}"
