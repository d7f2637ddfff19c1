"""Node ids for fixtures of wider scopes, different for each that has requests of its own."""

from __future__ import annotations

import hashlib
import re
from types import FunctionType
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

    from pactape.pytest_record.config import RecordingConfig

    FixtureDef = pytest.FixtureDef[Any]

__all__ = ["XUNIT", "fixture_nodeid"]

#: Pytest's names of the fixtures for `setup_module`, `setup_class` and `setUpClass`.
XUNIT = re.compile(r"_(?:xunit|unittest)_(\w+?)_fixture.*")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_HASH_DIGITS = 8


def fixture_nodeid(definition: FixtureDef, request: pytest.FixtureRequest, config: RecordingConfig) -> str:
    """Return a node id for a fixture: of its definition, or of its class, module or package.

    Args:
        definition: The fixture.
        request: The request that sets it up.
        config: The configuration of its project.
    """
    name = XUNIT.sub(r"\1", definition.argname)
    if definition.argname in definition.argnames:  # it overrides a fixture that is set up as well
        name += f"@{definition.baseid}"
    parameters = "-".join(_parameters(definition, request._pyfuncitem))  # noqa: SLF001 -- pytest has the test nowhere else
    if parameters:
        name += f"[{parameters}]"
    anchor = _anchor(definition, request)
    if ".py" not in anchor:
        anchor = f"{anchor}/conftest.py".lstrip("/")
    return config.project_path(f"{anchor}::{name}", request.config.rootpath)


def _anchor(definition: FixtureDef, request: pytest.FixtureRequest) -> str:
    """Return the node id of where a fixture is set up; of its definition, if that is further inside."""
    own, node = definition.baseid, str(request.node.nodeid)
    is_inside = own.startswith((f"{node}/", f"{node}::")) if node else True
    return own if definition.scope == "session" or is_inside else node


def _parameters(definition: FixtureDef, item: Any) -> Iterator[str]:
    """Yield the parameters of a fixture and of those that it depends on, in a test."""
    callspec = getattr(item, "callspec", None)
    definitions: Mapping[str, Sequence[FixtureDef]] = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 -- as above
    names = [definition.argname]
    for name in names:  # which grows
        own = definitions.get(name, ())[-1:]
        if callspec is not None and name in callspec.params:
            values = own[0].params if own else None
            yield _parameter(callspec.params[name], callspec.indices[name], list(values or ()))
        names += [other for each in (definition, *own) for other in each.argnames if other not in names]


def _parameter(value: object, index: int, own: list[object]) -> str:
    """Return a text that is different for each of a fixture's parameters, and equal in each run.

    Args:
        value: The parameter.
        index: Its position.
        own: The parameters of the fixture's definition; a test may have others.
    """
    if not (index < len(own) and own[index] is value):
        return _plain(value) or _digest(value) or str(index)
    texts = [_plain(each) or str(position) for position, each in enumerate(own)]
    return texts[index] if texts.count(texts[index]) == 1 else f"{texts[index]}={index}"


def _plain(value: object) -> str | None:
    """Return a plain value as text; None for others."""
    return str(value) if isinstance(value, str | int | float | bool | None) else None


def _digest(value: object) -> str | None:
    """Return a digest of an object's content; None for one without, such as one that contains itself."""
    try:
        data = msgspec.json.encode(value, enc_hook=_description, order="sorted")
    except (TypeError, ValueError, RecursionError):
        return None
    return hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]


def _description(value: object) -> object:
    """Return what distinguishes an object from others of a test, without its address."""
    if isinstance(value, type | FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    if type(value).__repr__ is object.__repr__:
        return [type(value).__qualname__, getattr(value, "__dict__", {})]
    return _ADDRESS.sub("", repr(value))
