"""Route templates of the URLs that code builds with f-strings, concatenation, `%`, `format` and `urljoin`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeGuard
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["url_template"]

_ORIGIN = re.compile(r"^(?:(?:https?|\{\w+\})://[^/?#]+|\{\w+\})(?=/)")
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdrfi]")
_FIELD = re.compile(r"\{(?P<name>\w*)[^{}]*\}")
_VALUE = "value"
_TEXT_BUILDERS = frozenset({"URL", "format", "join", "str", "urljoin"})
#: How many names are followed that stand for one another.
_DEEPEST = 5


def url_template(
    node: ast.expr, bases: tuple[str, ...] = (), value_of: Callable[[str], ast.expr | None] = lambda _: None
) -> str | None:
    """Return the route template of a URL that an expression builds, below its base; None when it has none.

    Args:
        node: An expression.
        bases: The providers' base URLs, which are removed.
        value_of: Returns the expression that a name stands for; None if it isn't known.

    Example:
        >>> url_template(ast.parse('f"{BASE}/users/{user.id}?full={full}"', mode="eval").body)
        '/users/{id}'
        >>> url_template(ast.parse('urljoin(BASE, "/users/" + quote(name))', mode="eval").body)
        '/users/{name}'
        >>> url_template(ast.parse("build_url(name)", mode="eval").body) is None
        True
    """
    text = "".join(_Builder(value_of).parts(node))
    base = next((base for base in bases if text == base or text.startswith(f"{base}/")), "")
    path = text.removeprefix(base) if base else _ORIGIN.sub("", text)
    path = re.split(r"[?#]", path)[0]
    literal = _FIELD.sub("", path).strip("/")
    return path if path.startswith("/") and literal else None


class _Builder:
    """Follows how an expression builds a text.

    Args:
        value_of: Returns the expression that a name stands for.
    """

    def __init__(self, value_of: Callable[[str], ast.expr | None]) -> None:
        self._value_of = value_of
        self._depth = 0

    def parts(self, node: ast.expr) -> Iterator[str]:
        """Yield the literal texts of an expression, with a parameter for each value in it."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                for part in values:
                    yield from self.parts(part)
            case ast.FormattedValue(value=value):
                yield from (
                    self.parts(value) if isinstance(value, ast.Name | ast.Call) else (_parameter(value),)
                )
            case ast.NamedExpr(value=value):
                yield from self.parts(value)
            case ast.BinOp():
                yield from self._operation(node)
            case ast.Call():
                yield from self._call(node)
            case ast.Name():
                yield from self._name(node)
            case _:
                yield _parameter(node)

    def _name(self, name: ast.Name) -> Iterator[str]:
        """Yield the parts of the text that a name stands for; a parameter if that isn't known."""
        value = self._value_of(name.id)
        if self._depth >= _DEEPEST or not _is_text(value):
            yield _parameter(name)
            return
        self._depth += 1
        yield from self.parts(value)
        self._depth -= 1

    def _operation(self, node: ast.BinOp) -> Iterator[str]:
        """Yield the parts of a concatenation, of `%`, and of `/` between URL objects."""
        match node.op:
            case ast.Add():
                yield from (*self.parts(node.left), *self.parts(node.right))
            case ast.Div():
                yield from ("".join(self.parts(node.left)).rstrip("/"), "/", *self.parts(node.right))
            case ast.Mod() if (text := self._text(node.left)) is not None:
                yield _PERCENT.sub(lambda match: f"{{{match['name'] or _VALUE}}}", text)
            case _:
                yield _parameter(node)

    def _call(self, call: ast.Call) -> Iterator[str]:
        """Yield the parts of a call that joins, converts or wraps texts."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        match name, call.args:
            case "urljoin", [base, path]:
                start, end = "".join(self.parts(base)), "".join(self.parts(path))
                yield urljoin(start, end) if "://" in start else f"{start.rstrip('/')}/{end.lstrip('/')}"
            case "join", [ast.List(elts=items) | ast.Tuple(elts=items)] if owner is not None:
                yield "".join(self.parts(owner)).join("".join(self.parts(item)) for item in items)
            case "format", _ if owner is not None and (text := self._text(owner)) is not None:
                yield _FIELD.sub(lambda match: f"{{{_parameter_name(match['name'])}}}", text)
            case (("str" | "quote" | "quote_plus" | "URL" | "Request"), [value, *_]):
                yield from self.parts(value)
            case _:
                yield _parameter(call)

    def _text(self, node: ast.expr) -> str | None:
        """Return the text that an expression is, or stands for; None for any other."""
        value = self._value_of(node.id) if isinstance(node, ast.Name) else node
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _is_text(node: ast.expr | None) -> TypeGuard[ast.expr]:
    """Return whether an expression may build a text."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _TEXT_BUILDERS
    return isinstance(node, ast.JoinedStr | ast.BinOp | ast.Name)


def _parameter(node: ast.expr) -> str:
    """Return a parameter named after the last name in an expression."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return f"{{{name}}}"
    return f"{{{_VALUE}}}"


def _parameter_name(name: str) -> str:
    return name if name.isidentifier() else _VALUE
