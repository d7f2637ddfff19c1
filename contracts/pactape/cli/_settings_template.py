"""A commented `[tool.pactape]` table for a project, based on its name, folders and recordings."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.cassettes import read_cassette
from pactape.cassettes.finder import cassettes_below
from pactape.errors import BadInputError
from pactape.settings import load_settings
from pactape.urls import authority, is_base_url, is_loopback_url, origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["settings_template"]

#: Where recordings usually are, the most common folder first.
_FOLDERS = ("cassettes", "tests/cassettes", "test/cassettes", "tests/fixtures/cassettes")
_MOST_PROVIDERS = 20


def settings_template(root: Path) -> str:
    """Return a `[tool.pactape]` table with comments, as TOML.

    Args:
        root: The project's folder.
    """
    return "".join(f"{line}\n" for line in _lines(root))


def _lines(root: Path) -> Iterator[str]:
    settings = load_settings(root)
    folder = next((folder for folder in _FOLDERS if (root / folder).is_dir()), _FOLDERS[0])
    yield "[tool.pactape] # every setting: docs/reference/settings.md"
    yield f"consumer = {_toml(settings.consumer)} # the name of this project in contracts"
    yield f"cassettes = {_toml(folder)} # where tests record"
    yield 'pacts = "pacts" # where `pactape derive` writes contracts'
    yield '# clients = ["src"] # code that calls providers: `pactape check` lists calls without a recording'
    yield ""
    origins = _recorded_origins(root / folder)
    for url, count in origins:
        yield f"[tool.pactape.providers.{_toml_key(url)}] # {count} recorded request(s)"
        yield f"url = {_toml(url)}"
        yield f"name = {_toml(authority(url))} # the provider's own name in contracts"
        yield '# states = "package.module:STATES" # functions that set up provider states'
        yield ""
    if not origins:
        yield "# One table per provider; without any, every recorded host is a provider under its own name."
        yield "# [tool.pactape.providers.users]"
        yield '# url = "https://api.example.com" # requests to URLs below it belong to this provider'
        yield '# name = "users-api" # its own name in contracts'
        yield '# states = "package.module:STATES" # functions that set up provider states'
        yield ""
    yield "# [tool.pactape.broker]"
    yield '# url = "https://broker.example.com" # credentials: PACT_BROKER_TOKEN, never in a file'


def _recorded_origins(folder: Path) -> list[tuple[str, int]]:
    """The origins of recorded requests, the most frequent first; unreadable cassettes are skipped."""
    counts: Counter[str] = Counter()
    for path in sorted(cassettes_below(folder)) if folder.is_dir() else ():
        with suppress(BadInputError):
            urls = (entry.request.url for entry in read_cassette(path))
            counts.update(origin(url) for url in urls if is_base_url(url) and not is_loopback_url(url))
    return counts.most_common(_MOST_PROVIDERS)


def _toml_key(url: str) -> str:
    """A key for a provider: its host, without characters that a bare TOML key can't have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", authority(url)).strip("-") or "provider"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
