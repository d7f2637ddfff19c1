"""Checks names, because they become parts of URLs."""

from __future__ import annotations

from pactape.broker.http.protocol.messages import Problem

__all__ = ["check_names", "is_name"]


def is_name(text: str) -> bool:
    """Return whether a text is a valid name.

    Example:
        >>> is_name("Web Shop"), is_name(".."), is_name(" ")
        (True, False, False)
    """
    return bool(text.strip()) and text not in {".", ".."} and text.isprintable()


def check_names(names: list[tuple[str, str]]) -> None:
    """Reject names that can't be part of a URL.

    Raises:
        Problem: 400, a name is blank, has unprintable characters, or is "." or "..".
    """
    errors = {field: [_name_error(name)] for field, name in names if not is_name(name)}
    if errors:
        detail = ", ".join(f"{field} {words[0]}" for field, words in errors.items())
        raise Problem(400, detail, errors=errors)


def _name_error(name: str) -> str:
    if not name.strip():
        return "can't be blank"
    return f"can't be {name!r}: a name has printable characters, and isn't '.' or '..'"
