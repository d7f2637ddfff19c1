"""`pactape.use_cassette`: the project's cassettes outside pytest, as context manager and decorator."""

from __future__ import annotations

import inspect
import os
import unittest
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from pactape.cassettes.decorators import decorate_function, named_code, source_file
from pactape.cassettes.interception.allowed_hosts import unusable_reason
from pactape.cassettes.names import cassette_name, checked_name, describe, fixture_cassette_name
from pactape.cassettes.outcome import TestOutcome
from pactape.cassettes.project_constants import ProjectConstants
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.request_keys.match_rules import HostRules, MatchRules, parse_ignored
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.unittest_classes import CLASS_FIXTURES, decorate_test_case
from pactape.cassettes.use_cassette import use_cassette as use_cassette_file
from pactape.errors import BadInputError, SettingsError
from pactape.exchange import Provenance
from pactape.pyproject_file import FILE_NAME
from pactape.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from pactape.cassettes.replay.cassette import Cassette
    from pactape.settings import HostMatchSettings, MatchSettings, Settings

__all__ = ["ProjectCassette", "match_rules", "use_cassette"]

#: The environment variable with the record mode, for test runners without an option.
RECORD_VARIABLE = "PACTAPE_RECORD"
_YAML = {".yaml", ".yml"}
#: The files that this process has recorded: several tests may share one.
_recorded: set[Path] = set()
_Target = TypeVar("_Target", bound="Callable[..., Any]")


@overload
def use_cassette(name: _Target) -> _Target: ...


@overload
def use_cassette(
    name: str | None = None,
    *,
    mode: RecordMode | str | None = None,
    allow: Sequence[str] = (),
    ignore: Sequence[str] = (),
    body: Literal["exact", "ignore"] = "exact",
    repeats: bool = False,
) -> ProjectCassette: ...


def use_cassette(
    name: Any = None,
    *,
    mode: RecordMode | str | None = None,
    allow: Sequence[str] = (),
    ignore: Sequence[str] = (),
    body: Literal["exact", "ignore"] = "exact",
    repeats: bool = False,
) -> Any:
    """Use a cassette of the project: in a `with` block, or to decorate a function, a coroutine or a unittest class.

    Its folder, scrubbing and ignored parts come from `[tool.pactape]` of the calling code's project.

    Args:
        name: The file; by default named after the decorated object, for a class after each of its test methods.
        mode: When to record; by default the environment variable PACTAPE_RECORD, or else never.
        allow: Hosts that are neither recorded nor blocked, in addition to those of the settings.
        ignore: Parts of requests to ignore, in addition to those of the settings.
        body: "ignore" to ignore request bodies.
        repeats: Whether the last response to a request is repeated after all have been replayed.

    Raises:
        BadInputError: A `with` block has no name, an argument has no meaning, or the settings are invalid.

    Example:
        >>> with use_cassette("users.yaml") as cassette:
        ...     len(cassette)
        0
    """
    if callable(name):
        return ProjectCassette(None)(name)
    name = None if name is None else checked_name(name)
    _check_options({"allow": allow, "ignore": ignore}, body)
    rules = MatchRules().adding(ignore, ignore_body=body == "ignore")
    caller = Path(inspect.stack(context=0)[1].filename)
    return ProjectCassette(name, mode=mode, allow=allow, rules=rules, repeats=repeats, caller=caller)


class ProjectCassette:
    """A cassette of the project that is not yet in use; it can be reused.

    Args:
        name: The file, relative to the folder of cassettes; None to name it after the decorated object.
        mode: When to record; None for the environment variable.
        allow: Hosts that are neither recorded nor blocked.
        rules: Parts of requests to ignore, in addition to those of the settings.
        repeats: Whether the last response to a request is repeated.
        caller: A file of the project; None for the working directory.
    """

    def __init__(
        self,
        name: str | None,
        *,
        mode: RecordMode | str | None = None,
        allow: Sequence[str] = (),
        rules: MatchRules = MatchRules(),  # noqa: B008 -- immutable
        repeats: bool = False,
        caller: Path | None = None,
    ) -> None:
        self._name = name
        self._mode = _record_mode(mode)
        self._allow = tuple(allow)
        self._rules = rules
        self._repeats = repeats
        self._caller = caller if caller is not None and caller.is_file() else Path.cwd()
        self._entered: list[AbstractContextManager[Cassette]] = []

    def __enter__(self) -> Cassette:
        if self._name is None:
            raise BadInputError(
                "a `with` block needs the name of its cassette",
                remedy='write: with pactape.use_cassette("users.yaml")',
            )
        context = self._context(self._caller, self._name, provenance=None)
        cassette = context.__enter__()
        self._entered.append(context)
        return cassette

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return self._entered.pop().__exit__(kind, error, traceback)

    async def __aenter__(self) -> Cassette:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return self.__exit__(kind, error, traceback)

    def __call__(self, target: _Target) -> _Target:
        """Decorate a function, a coroutine function, a generator function, or a class with test methods."""
        if isinstance(target, staticmethod | classmethod):
            return type(target)(self(target.__func__))
        if not isinstance(target, type):
            code = named_code(target)
            decorated = decorate_function(target, lambda: self._for(code, code.__qualname__))
            return cast("_Target", decorated)
        if issubclass(target, unittest.TestCase):
            decorate_test_case(target, self._for_method)
            return target
        for name in dir(target):
            method = inspect.getattr_static(target, name)
            if name.startswith("test") and inspect.isfunction(method):
                setattr(target, name, decorate_function(method, partial(self._for_method, target, name)))
        return target

    def _for_method(self, cls: type, name: str) -> AbstractContextManager[Cassette]:
        return self._for(cls, f"{cls.__qualname__}.{name}", is_fixture=name in CLASS_FIXTURES)

    def _for(
        self, code: Any, qualified_name: str, *, is_fixture: bool = False
    ) -> AbstractContextManager[Cassette]:
        """Return the cassette with the given name, or named after an object of the code."""
        path = source_file(code)
        names = qualified_name.replace("<locals>.", "").split(".")
        settings = settings_of(path)
        root = settings.root.resolve()
        file = (
            path.resolve().relative_to(root).as_posix() if path.resolve().is_relative_to(root) else path.name
        )
        nodeid = "::".join([file, *names])
        name_of = fixture_cassette_name if is_fixture else cassette_name
        own = self._rules.default
        provenance = Provenance(
            test=nodeid,
            description=f"the fixture {names[-1]}" if is_fixture else describe(names[-1]),
            ignore=own.ignore,
            ignore_body=bool(own.ignore_body),
        )
        name = self._name or name_of(nodeid, ScrubRules.from_settings(settings.scrub))
        return self._context(path, name, provenance=provenance)

    @contextmanager
    def _context(self, path: Path, name: str, *, provenance: Provenance | None) -> Iterator[Cassette]:
        settings = settings_of(path)
        rules = match_rules(settings)
        local = ("localhost",) if settings.ignore_localhost else ()
        name = name if Path(name).suffix in _YAML else f"{name}.yaml"
        file = Path(os.path.normpath(settings.cassettes / name))
        with use_cassette_file(
            file,
            mode=_mode_for(file, self._mode),
            provenance=provenance,
            allow=(*self._allow, *settings.ignore_hosts, *local),
            cache=settings.cache_folder,
            scrub=settings.scrub,
            match=rules.adding(self._rules.default.ignore, ignore_body=bool(self._rules.default.ignore_body)),
            repeats=self._repeats or settings.match.repeats,
        ) as cassette:
            yield cassette
        is_recorded = cassette.player.live_interactions or cassette.player.sent_by_children
        if is_recorded and cassette.outcome is not TestOutcome.FAILED:
            _recorded.add(file.absolute())
            _warn(cassette, settings)


def _mode_for(file: Path, mode: RecordMode) -> RecordMode:
    """Return the record mode for a file; what this process has recorded already stays in it."""
    replaces = mode in {RecordMode.ONCE, RecordMode.ALL}
    return RecordMode.NEW_EPISODES if replaces and file.absolute() in _recorded else mode


def _warn(cassette: Cassette, settings: Settings) -> None:
    """Warn of what the next run would not find in a new recording, or would find changed."""
    for problem in cassette.check(ProjectConstants(settings.root).__contains__):
        warnings.warn(f"unreplayable: {cassette.file}: {problem}", UserWarning, stacklevel=2)


def match_rules(settings: Settings) -> MatchRules:
    """Return the rules in `[tool.pactape.match]`.

    Raises:
        SettingsError: An entry of `ignore` is invalid.
    """
    match = settings.match
    for entry in (*match.ignore, *(entry for host in match.hosts.values() for entry in host.ignore)):
        try:
            parse_ignored(entry)
        except ValueError as error:
            raise SettingsError(
                f"[tool.pactape.match] ignore has an entry {entry!r} that can't be used: {error}",
                where=settings.root / FILE_NAME,
                remedy='write it as "$.name", "query.name", "form.name" or "headers.name"',
            ) from None
    return MatchRules(
        default=_host_rules(match),
        hosts=tuple(
            (host, _host_rules(host_settings)) for host, host_settings in sorted(match.hosts.items())
        ),
    )


def _host_rules(settings: MatchSettings | HostMatchSettings) -> HostRules:
    ignore_body = None if settings.body is None else settings.body == "ignore"
    return HostRules(ignore=settings.ignore, ignore_body=ignore_body)


def _check_options(lists: Mapping[str, Sequence[str]], body: str) -> None:
    """Check the options of a call, which are never ignored silently."""
    for name, entries in lists.items():
        if isinstance(entries, str):
            raise BadInputError(
                f"{name}={entries!r} is a text, not a list of texts", remedy=f"write {name}=[{entries!r}]"
            )
    for entry in lists["ignore"]:
        try:
            parse_ignored(entry)
        except ValueError as error:
            raise BadInputError(
                f"ignore has an entry {entry!r} that can't be used: {error}",
                remedy='write it as "$.name", "query.name", "form.name" or "headers.name"',
            ) from None
    for entry in lists["allow"]:
        if reason := unusable_reason(entry):
            raise BadInputError(
                f"allow has an entry {entry!r} that can't be used: {reason}",
                remedy='write it as "host" or "host:port"',
            )
    if body not in {"exact", "ignore"}:
        raise BadInputError(f"body={body!r} has no meaning", remedy='write body="exact" or body="ignore"')


def _record_mode(mode: RecordMode | str | None) -> RecordMode:
    value = os.environ.get(RECORD_VARIABLE, "none") if mode is None else mode
    try:
        return RecordMode(value)
    except ValueError:
        raise BadInputError(
            f"{value!r} is not a record mode",
            where=RECORD_VARIABLE if mode is None else None,
            remedy=f"use one of {', '.join(option.value for option in RecordMode)}",
        ) from None
