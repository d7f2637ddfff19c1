"""Names that can be part of an address: everything is found again by its name."""

from __future__ import annotations

from pactape.broker.http.protocol.messages import Problem

__all__ = ["check_names", "is_name"]


def is_name(text: str) -> bool:
    """Return whether a text can name something.

    Example:
        >>> is_name("Web Shop"), is_name(".."), is_name(" ")
        (True, False, False)
    """
    return bool(text.strip()) and text not in {".", ".."} and text.isprintable()


def check_names(names: list[tuple[str, str]]) -> None:
    """Refuse names that no address could hold; each is given with its field.

    Raises:
        Problem: 400, some are blank, hold characters that can't be printed, or mean a folder.
    """
    errors = {field: [_wrong(name)] for field, name in names if not is_name(name)}
    if errors:
        detail = ", ".join(f"{field} {words[0]}" for field, words in errors.items())
        raise Problem(400, detail, errors=errors)


def _wrong(name: str) -> str:
    if not name.strip():
        return "can't be blank"
    return f"can't be {name!r}: a name has printable characters, and isn't '.' or '..'"
