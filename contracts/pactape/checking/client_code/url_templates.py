"""Route templates of the URLs that code builds with f-strings, concatenation, `%` and `format`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["url_template"]

_ORIGIN = re.compile(r"(?:https?://[^/?#]+|\{\w+\})(?=/)")
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdrfi]")
_FIELD = re.compile(r"\{(?P<name>\w*)[^{}]*\}")
_VALUE = "value"


def url_template(node: ast.expr, bases: tuple[str, ...] = ()) -> str | None:
    """Return the route template of a URL that an expression builds, below its base; None when it has none.

    Args:
        node: An expression.
        bases: The providers' base URLs, which are removed.

    Example:
        >>> url_template(ast.parse('f"{BASE}/users/{user.id}?full={full}"', mode="eval").body)
        '/users/{id}'
        >>> url_template(ast.parse('BASE + "/users/" + name', mode="eval").body)
        '/users/{name}'
        >>> url_template(ast.parse("build_url(name)", mode="eval").body) is None
        True
    """
    text = "".join(_parts(node))
    base = next((base for base in bases if text == base or text.startswith(f"{base}/")), "")
    path = text.removeprefix(base) if base else _ORIGIN.sub("", text, count=1)
    path = re.split(r"[?#]", path)[0]
    literal = _FIELD.sub("", path).strip("/")
    return path if path.startswith("/") and literal else None


def _parts(node: ast.expr) -> Iterator[str]:
    """The literal texts of an expression, with a parameter for each value in it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for part in values:
                yield from _parts(part)
        case ast.FormattedValue(value=value):
            yield _parameter(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            yield _PERCENT.sub(lambda match: f"{{{match['name'] or _VALUE}}}", text)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            yield _FIELD.sub(lambda match: f"{{{_parameter_name(match['name'])}}}", text)
        case _:
            yield _parameter(node)


def _parameter(node: ast.expr) -> str:
    """A parameter named after the last name in an expression."""
    names = [name.attr if isinstance(name, ast.Attribute) else name.id for name in _names(node)]
    return f"{{{names[0] if names else _VALUE}}}"


def _names(node: ast.expr) -> Iterator[ast.Attribute | ast.Name]:
    if isinstance(node, ast.Attribute | ast.Name):
        yield node


def _parameter_name(name: str) -> str:
    return name if name.isidentifier() else _VALUE
