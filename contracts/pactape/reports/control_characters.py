"""Control characters in texts of providers and contracts, which would move the cursor or change colours."""

from __future__ import annotations

__all__ = ["on_one_line", "visible"]

_TAB, _LINE_FEED = 9, 10
#: Everything but tabs and ends of lines.
_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in {_TAB, _LINE_FEED}
}


def visible(text: str) -> str:
    r"""Return a text whose control characters are shown; tabs and ends of lines stay.

    Example:
        >>> visible("\x1b[31mred")
        '\\x1b[31mred'
    """
    return text.translate(_CONTROLS)


def on_one_line(text: str) -> str:
    r"""Return a text as one line.

    Example:
        >>> on_one_line("users\n  orders")
        'users orders'
    """
    return " ".join(text.split())
