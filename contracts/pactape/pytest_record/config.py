"""The configuration of recording: the settings of a test's project, and the command-line options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes import RecordMode
from pactape.cassettes.names import belongs_to, cassette_name, describe, legacy_name
from pactape.cassettes.project_cassette import match_rules
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.errors import SettingsError
from pactape.exchange import Provenance
from pactape.pytest_record.markers import cassette_marker, given_states
from pactape.settings import Settings, find_root, load_settings

if TYPE_CHECKING:
    import pytest

    from pactape.cassettes.replay.request_keys.match_rules import MatchRules
    from pactape.pytest_record.markers import CassetteMarker
    from pactape.settings import ProviderSettings

__all__ = ["CommandLine", "RecordingConfig", "RecordingConfigs"]


class CommandLine(msgspec.Struct, frozen=True, kw_only=True):
    """The command-line options of a run.

    Args:
        mode: When to record and when to replay.
        observes: Whether to record in replays which fields tests read; recordings always do.
        keeps_failed: Whether recordings of failed tests are written.
        cassettes: A folder that replaces that of the settings; None for that of the settings.
        live_urls: Live base URL by provider key.
    """

    mode: RecordMode = RecordMode.NONE
    observes: bool = False
    keeps_failed: bool = False
    cassettes: Path | None = None
    live_urls: Mapping[str, str] = {}

    @classmethod
    def from_options(
        cls, *, mode: str, observes: bool, keeps_failed: bool, cassettes: str | None, live: Sequence[str]
    ) -> CommandLine:
        """Read the options.

        Args:
            mode: A `RecordMode`'s value.
            observes: See the class.
            keeps_failed: See the class.
            cassettes: A folder, or None.
            live: "KEY=URL" for each provider that runs at another URL than in the settings.

        Raises:
            SettingsError: An option is invalid.
        """
        return cls(
            mode=RecordMode(mode),
            observes=observes,
            keeps_failed=keeps_failed,
            cassettes=None if cassettes is None else Path(cassettes).absolute(),
            live_urls=_live_urls(live),
        )


class RecordingConfig(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The configuration of all tests of a project.

    Args:
        settings: The project's settings.
        options: The options of the run.
    """

    settings: Settings
    options: CommandLine

    @property
    def mode(self) -> RecordMode:
        """When to record and when to replay."""
        return self.options.mode

    @property
    def records(self) -> bool:
        """Whether a test of this run may record."""
        return self.options.mode is not RecordMode.NONE

    @property
    def keeps_failed(self) -> bool:
        """Whether recordings of failed tests are written."""
        return self.options.keeps_failed or self.settings.keep_failed

    @property
    def scrub_rules(self) -> ScrubRules:
        """The project's scrub rules."""
        return ScrubRules.from_settings(self.settings.scrub)

    @cached_property
    def match_rules(self) -> MatchRules:
        """The parts of requests that are ignored in this project.

        Raises:
            SettingsError: An entry of `ignore` is invalid.
        """
        return match_rules(self.settings)

    def allowed_hosts(self, marker: CassetteMarker) -> tuple[str, ...]:
        """Return the hosts that are neither recorded nor blocked in a test."""
        local = ("localhost",) if self.settings.ignore_localhost else ()
        return (*marker.allowed_hosts, *self.settings.ignore_hosts, *local)

    def provider(self, key: str) -> ProviderSettings:
        """Return the provider with this key.

        Raises:
            SettingsError: The settings don't have it.
        """
        return self.settings.provider(key, option="--pactape-live")

    @cached_property
    def _original_bytes(self) -> dict[Path, bytes | None]:
        """The bytes of shared cassettes before any test ran; None without a file."""
        return {}

    def note_shared(self, path: Path) -> None:
        """Register a shared cassette: a run that records it writes the requests of all its tests."""
        if path not in self._original_bytes:
            self._original_bytes[path] = path.read_bytes() if path.is_file() else None

    def is_shared(self, path: Path) -> bool:
        """Return whether several tests share a cassette."""
        return path in self._original_bytes

    def outdated(self, path: Path) -> bytes | None:
        """Return the old bytes of a shared cassette that is recorded again; None if its content stays."""
        return self._original_bytes[path] if self.mode is RecordMode.ALL else None

    def mode_for(self, path: Path) -> RecordMode:
        """Return the record mode of a test with this cassette; after another test, it adds to the file."""
        if path not in self._original_bytes:
            return self.mode
        before = self._original_bytes[path]
        is_begun = path.is_file() and (before is None or path.read_bytes() != before)
        adds = is_begun and (self.mode is RecordMode.ALL or (self.mode is RecordMode.ONCE and before is None))
        return RecordMode.NEW_EPISODES if adds else self.mode

    def will_record(self, path: Path) -> bool:
        """Return whether a test with this cassette may record."""
        return self.records and not (self.mode_for(path) is RecordMode.ONCE and path.is_file())

    def cassette_path(self, item: pytest.Item) -> Path:
        """Return the cassette of a test: its marker's path, or one named after its folder, module, class and name.

        Raises:
            SettingsError: The marker is invalid.
        """
        paths: dict[str, Path] = self.__dict__.setdefault("_paths", {})
        if item.nodeid not in paths:
            marker_path = cassette_marker(item).path
            paths[item.nodeid] = (
                self._default_path(item) if marker_path is None else self._named_path(item, marker_path)
            )
        return paths[item.nodeid]

    def provenance(self, item: pytest.Item) -> Provenance:
        """Return the provenance that a test declares for its recording."""
        marker = cassette_marker(item)
        return Provenance(
            test=item.nodeid,
            description=describe(item.name),
            states=given_states(item),
            consumer=marker.consumer,
            contract=marker.contract,
            ignore=tuple(marker.ignore),
            ignore_body=marker.body == "ignore",
        )

    def _default_path(self, item: pytest.Item) -> Path:
        nodeid = self.project_nodeid(item)
        path = self._hashed_path(item)
        if path.is_file():
            return path
        path = self.settings.cassettes / cassette_name(nodeid, self.scrub_rules)
        older = self.settings.cassettes / legacy_name(nodeid)
        if older != path and not path.is_file() and older.is_file() and belongs_to(older, item.nodeid):
            return older
        return path

    def _hashed_path(self, item: pytest.Item) -> Path:
        return self.settings.cassettes / cassette_name(
            self.project_nodeid(item), self.scrub_rules, with_hash=True
        )

    def avoid_twin(self, item: pytest.Item) -> None:
        """Add a hash to the name of a test's cassette, because another name differs in case only.

        Not every file system distinguishes such names. An existing recording keeps its name.
        """
        path = self.cassette_path(item)
        is_recorded = (
            path.is_file()
            and path.name in {sibling.name for sibling in path.parent.iterdir()}
            and belongs_to(path, item.nodeid)
        )
        if not is_recorded:
            self.__dict__["_paths"][item.nodeid] = self._hashed_path(item)

    def _named_path(self, item: pytest.Item, marker_path: str) -> Path:
        """Return the path in a marker, which must be inside the cassette folder, so that commands find it."""
        path = Path(normpath((self.settings.cassettes / marker_path).absolute()))
        folders = [folder.resolve() for folder in self.settings.cassette_folders]
        if not any(path.resolve().is_relative_to(folder) for folder in folders):
            raise SettingsError(
                f"the marker `cassette` names {marker_path!r}, which is outside the folder of cassettes "
                f"{self.settings.cassettes}",
                where=item.nodeid,
                remedy="name a file inside that folder, or set [tool.pactape] cassettes to a folder above both",
            )
        return path

    def project_nodeid(self, item: pytest.Item) -> str:
        """Return a test's node id relative to its project, wherever pytest was started."""
        return self.project_path(item.nodeid, item.config.rootpath)

    def project_path(self, nodeid: str, rootpath: Path) -> str:
        """Return a node id relative to the project.

        Args:
            nodeid: A node id, relative to pytest's root folder.
            rootpath: Pytest's root folder.
        """
        file, *names = nodeid.split("::")
        path, root = (rootpath / file).resolve(), self.settings.root.resolve()
        if path.is_relative_to(root):
            file = path.relative_to(root).as_posix()
        return "::".join([file, *names])


class RecordingConfigs:
    """The configurations of a run by project; a monorepo has several.

    Args:
        options: The options of the run.
        working_folder: The folder in which pytest was started.
    """

    def __init__(self, options: CommandLine, *, working_folder: Path) -> None:
        self.options = options
        self._working_folder = working_folder
        self._by_root: dict[Path, RecordingConfig] = {}
        self._roots: dict[Path, Path] = {}

    @property
    def all(self) -> Sequence[RecordingConfig]:
        """Return the configurations used so far."""
        return tuple(self._by_root.values())

    def of(self, path: Path) -> RecordingConfig:
        """Return the configuration of the project that contains a file or folder.

        Raises:
            SettingsError: The settings are invalid.
        """
        folder = path if path.is_dir() else path.parent
        if folder not in self._roots:
            self._roots[folder] = find_root(folder, working_folder=self._working_folder)
        root = self._roots[folder]
        if root not in self._by_root:
            self._by_root[root] = self._load(root)
        return self._by_root[root]

    def _load(self, root: Path) -> RecordingConfig:
        settings = load_settings(root)
        if self.options.cassettes is not None:
            settings = msgspec.structs.replace(settings, cassettes=self.options.cassettes)
        config = RecordingConfig(settings=settings, options=self.options)
        for key in self.options.live_urls:
            config.provider(key)
        return config


def _live_urls(live: Sequence[str]) -> dict[str, str]:
    """Parse "KEY=URL" texts into URLs by provider key."""
    urls = dict(text.partition("=")[::2] for text in live)
    for key, url in urls.items():
        if not url.startswith(("http://", "https://")):
            raise SettingsError(
                f"--pactape-live {key}={url} has no URL",
                remedy="write it as --pactape-live users=http://127.0.0.1:8000",
            )
    return {key: url.rstrip("/") for key, url in urls.items()}
