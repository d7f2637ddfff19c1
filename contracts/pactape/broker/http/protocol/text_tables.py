"""Tables of plain text, for clients that read the API in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["text_table"]


def text_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a text table with aligned columns.

    Example:
        >>> print(text_table(["CONSUMER", "SUCCESS"], [["Web", "true"]]))
        CONSUMER | SUCCESS
        ---------|--------
        Web      | true
    """
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, *rows]
    texts = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join([texts[0], rule, *texts[1:]])
