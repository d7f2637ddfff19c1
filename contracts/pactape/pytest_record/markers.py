"""The markers `cassette` and `given`, whose arguments are checked when tests are collected."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pactape.cassettes.interception.allowed_hosts import unusable_reason
from pactape.cassettes.names import unusable_name_reason
from pactape.cassettes.replay.request_keys.match_rules import parse_ignored
from pactape.errors import SettingsError
from pactape.exchange import ProviderState

if TYPE_CHECKING:
    import pytest

__all__ = ["CassetteMarker", "cassette_marker", "given_states"]

_SIGNATURE = (
    "write @pytest.mark.cassette(path=None, *, consumer=None, contract=True, allow=[], allow_unused=False, "
    'repeats=False, ignore=[], body="exact", ignore_hosts=[], ignore_localhost=False)'
)
_YAML = (".yaml", ".yml")


class CassetteMarker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of a `cassette` marker.

    Args:
        path: The cassette's file, relative to the folder of cassettes; None for one named after the test.
        consumer: The consumer, if it isn't the project's.
        contract: Whether `pactape derive` uses the recording.
        allow: Hosts and Unix sockets that are neither recorded nor blocked.
        allow_unused: Whether the cassette may contain more than the test plays.
        repeats: Whether the last response to a request is repeated after all have been replayed.
        ignore: Parts of requests to ignore, in addition to those of the settings.
        body: "ignore" to ignore request bodies.
        ignore_hosts: Hosts that are neither recorded nor blocked, like `allow`.
        ignore_localhost: Whether the loopback addresses are neither recorded nor blocked.
    """

    path: str | None = None
    consumer: str | None = None
    contract: bool = True
    allow: tuple[str, ...] = ()
    allow_unused: bool = False
    repeats: bool = False
    ignore: tuple[str, ...] = ()
    body: Literal["exact", "ignore"] = "exact"
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """All hosts that the marker excludes from recording and blocking."""
        return (*self.allow, *self.ignore_hosts, *(("localhost",) if self.ignore_localhost else ()))


def cassette_marker(item: pytest.Item) -> CassetteMarker:
    """Return the arguments of a test's closest `cassette` marker.

    Raises:
        SettingsError: An argument is unknown, or has an invalid value.
    """
    marker = item.get_closest_marker("cassette")
    arguments: dict[str, Any] = dict(marker.kwargs) if marker else {}
    if marker and marker.args:
        if len(marker.args) > 1 or "path" in arguments:
            raise _refusal(item, "it takes one path")
        arguments["path"] = marker.args[0]
    try:
        cassette_mark = msgspec.convert(arguments, CassetteMarker)
    except msgspec.ValidationError as error:
        raise _refusal(item, _words(error)) from None
    for entry in cassette_mark.ignore:
        try:
            parse_ignored(entry)
        except ValueError as error:
            raise _refusal(item, f"ignore has an entry {entry!r} that can't be used: {error}") from None
    for entry in (*cassette_mark.allow, *cassette_mark.ignore_hosts):
        if reason := unusable_reason(entry):
            raise _refusal(item, f"{entry!r} can't be left alone: {reason}")
    if cassette_mark.consumer is not None and not cassette_mark.consumer.strip():
        raise _refusal(item, "consumer is empty")
    return msgspec.structs.replace(cassette_mark, path=_path(item, cassette_mark.path))


def given_states(item: pytest.Item) -> tuple[ProviderState, ...]:
    """Return the provider states that a test's `given` markers declare, the outermost first.

    Raises:
        SettingsError: A marker has no name, or a parameter that isn't a JSON value.
    """
    return tuple(_state(marker, item) for marker in reversed(list(item.iter_markers("given"))))


def _path(item: pytest.Item, path: str | None) -> str | None:
    """Return the path with a suffix of cassettes, so that the file is found again."""
    if path is None:
        return None
    if reason := unusable_name_reason(path):
        raise _refusal(item, f"{path!r} is not a cassette's name: {reason}")
    suffix = PurePath(path).suffix
    if suffix and suffix not in _YAML:
        raise _refusal(
            item, f"the cassette {path!r} would not be read back: cassettes are written as .yaml files"
        )
    return path if suffix else f"{path}.yaml"


def _state(marker: pytest.Mark, item: pytest.Item) -> ProviderState:
    names = marker.args
    if len(names) != 1 or not isinstance(names[0], str) or not names[0].strip():
        raise SettingsError(
            "a `given` marker needs the name of one provider state",
            where=item.nodeid,
            remedy='write @pytest.mark.given("a user exists", id="…")',
        )
    try:
        parameters = msgspec.json.decode(msgspec.json.encode(marker.kwargs))
    except TypeError as error:
        raise SettingsError(
            f"a `given` marker's parameters must be JSON values ({error})",
            where=item.nodeid,
            remedy="use texts, numbers, booleans, None, lists and mappings of such",
        ) from None
    return ProviderState(name=names[0], parameters=parameters)


def _refusal(item: pytest.Item, reason: str) -> SettingsError:
    return SettingsError(
        f"the marker `cassette` can't be used: {reason}", where=item.nodeid, remedy=_SIGNATURE
    )


def _words(error: msgspec.ValidationError) -> str:
    """Return msgspec's message after the argument's name: "contract: expected `bool`, got `str`"."""
    message, _, path = str(error).partition(" - at `$")
    name = path.rstrip("`").lstrip(".")
    if "unknown field" in message:
        return message.replace("Object contains unknown field", "unknown argument")
    return f"{name}: {message[:1].lower()}{message[1:]}" if name else message
