"""SQL: the values of rows that a statement inserts, by the names of their columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.names import may_be_secret
from pactape.cassettes.scrubbing.structures.edits import Edits
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["INSERTION_HINTS", "inserts_secrets", "scrub_inserted_rows"]

#: One of these is in every text with such a statement, in lower case.
INSERTION_HINTS = ("values(", "values (", "values\n", "values\r", "values\t", "values  ")
_VALUES = ("VALUES", "values", "Values")

#: The head of a statement, up to the first row: INSERT INTO users (name, password) VALUES ('ada', '…').
_HEAD = re.compile(
    r"(?<!\w)(?:INSERT|REPLACE|UPSERT)\s{1,8}(?:IGNORE\s{1,8}|OR\s{1,8}\w{1,16}\s{1,8})?INTO\s{1,8}"
    r"[\w.\"`\[\]]{1,200}\s{0,8}\((?P<columns>[^()']{1,4000})\)\s{0,8}VALUES\s{0,8}",
    re.IGNORECASE,
)
_ROW = re.compile(r"\s{0,8},?\s{0,8}\(")


def _cell(character: str) -> re.Pattern[str]:
    """Return a pattern for a literal of such characters or another expression, such as a call, and its end."""
    return re.compile(
        rf"\s{{0,8}}(?:[NE]?(?P<quote>['\"])(?P<text>(?:{character}|(?P=quote){{2}})*+)(?P=quote)\s{{0,8}}"
        r"|[^,()'\"]*+(?:\([^()]{0,200}\)[^,()'\"]{0,64}+)?)(?P<end>[,)])",
        re.IGNORECASE | re.DOTALL,
    )


#: With a backslash before a quotation mark in a literal, as MySQL writes it, or else at its end.
_CELLS = (_cell(r"\\.|(?!(?P=quote))[^\\]"), _cell(r"(?!(?P=quote))."))


def scrub_inserted_rows(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets in the rows that its statements insert."""
    if not any(word in text for word in _VALUES):
        return text
    edits = Edits(text)
    end = 0
    while head := _HEAD.search(text, end):
        end = head.end()
        names = _names(head)
        if not any(map(may_be_secret, names)):
            continue
        while row := _ROW.match(text, end):
            end = _scrub_row(edits, text, row.end(), names, visitor)
    return edits.result()


def inserts_secrets(text: str) -> bool:
    """Whether a text has a statement that inserts values into a column with a credential's name."""
    return any(any(map(may_be_secret, _names(head))) for head in _HEAD.finditer(text))


def _names(head: re.Match[str]) -> list[str]:
    return [name.strip(' \t\r\n"`[]') for name in head["columns"].split(",")]


def _scrub_row(edits: Edits, text: str, start: int, names: list[str], visitor: Visitor) -> int:
    """Scrub one row, and return the position after it, or after what can't be parsed."""
    for name in names:
        cell = _CELLS[0].match(text, start) or _CELLS[1].match(text, start)
        if cell is None:
            break
        start = cell.end()
        if cell["text"]:
            quote = cell["quote"]
            literal = cell["text"].replace(quote * 2, quote)
            clean = visitor.field(name, literal, FieldContext.BODY)
            if clean != literal:
                edits.replace(cell.start("text"), cell.end("text"), clean.replace(quote, quote * 2))
        if cell["end"] == ")":
            break
    return start
