"""How many recordings of other recorders give what they should: contracts of six dialects, and expected parses."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from pactape.contracts import derive
from pactape.recorders import read_recording
from pactape.settings import RecordingSource, Settings, load_settings

__all__ = ["equal_dialects", "equal_har"]

_DIALECTS = ("vcrpy", "vcr-ruby", "go-vcr", "polly-har", "rvcr-json")
_WITHOUT_HOST = "mockserver-json"
_KINDS_OF_NUMBERS = frozenset({"integer", "decimal", "number"})


def equal_dialects(folder: Path) -> tuple[int, int, int]:
    """How many scenarios there are, and how many give one contract in five and in six dialects."""
    hosts = _hosts(folder / "SCENARIOS.tsv")
    files = {
        dialect: {path.stem: path for path in (folder / dialect).iterdir()}
        for dialect in (*_DIALECTS, _WITHOUT_HOST)
    }
    scenarios = sorted(files["vcrpy"])
    five = six = 0
    with tempfile.TemporaryDirectory() as root:
        settings = _project(Path(root))
        for name in scenarios:
            contracts = [_contracts(files[dialect][name], settings) for dialect in _DIALECTS]
            is_equal = all(contract == contracts[0] for contract in contracts)
            sixth = _contracts(files[_WITHOUT_HOST][name], settings, base_url=f"https://{hosts[name]}")
            is_equal_by_meaning = _meaning(sixth) == _meaning(contracts[0])
            five += is_equal
            six += is_equal and is_equal_by_meaning
            if not (is_equal and is_equal_by_meaning):
                print(f"  not equal in {'six' if is_equal else 'five'} dialects: {name}")
    return len(scenarios), five, six


def _hosts(table: Path) -> dict[str, str]:
    """The host of each scenario; of several the first."""
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    names = head.split("\t")
    rows = [dict(zip(names, line.split("\t"), strict=False)) for line in lines]
    return {row["scenario"]: row["hosts"].split(",")[0].split(" ")[0] for row in rows}


def _project(root: Path) -> Settings:
    (root / "pyproject.toml").write_text('[project]\nname = "web"\n[tool.pactape]\ncassettes = "none"\n')
    return load_settings(root)


def _contracts(path: Path, settings: Settings, base_url: str | None = None) -> dict[str, bytes]:
    """The files of the contracts of one recording, which always has the same name."""
    copy = settings.root / "recording"
    shutil.copy(path, copy)
    shutil.rmtree(settings.cache_folder, ignore_errors=True)
    source = RecordingSource(path=copy.name, base_url=base_url)
    contracts = derive(msgspec.structs.replace(settings, recordings=(source,))).contracts
    return {name: data for contract in contracts for name, data in contract.encode().items()}


def _meaning(contracts: dict[str, bytes]) -> list[Any]:
    """Contracts without what MockServer doesn't record: request headers, and which numbers are whole.

    The Content-Type is such a header: where it isn't known that a body is text/json, it is read as JSON.
    """
    documents = [json.loads(data) for _, data in sorted(contracts.items())]
    for interaction in (interaction for document in documents for interaction in document["interactions"]):
        interaction.pop("key", None)  # is made of the rest
        request = interaction["request"]
        request.pop("headers", None)
        rules = request.get("matchingRules", {})
        rules.pop("header", None)
        if not rules:
            request.pop("matchingRules", None)
        body = request.get("body") or {}
        body.pop("contentType", None)
        if isinstance(body.get("content"), str):
            with suppress(ValueError):
                body["content"] = json.loads(body["content"])
    return [_any_numbers(document) for document in documents]


def _any_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "number" if name == "match" and str(member) in _KINDS_OF_NUMBERS else _any_numbers(member)
            for name, member in value.items()
        }
    return [_any_numbers(item) for item in value] if isinstance(value, list) else value


def equal_har(folder: Path) -> tuple[int, int]:
    """How many HAR files have an expected parse by mitmproxy, and how many are read like that."""
    files = [path for path in sorted(folder.glob("*.har")) if path.with_suffix(".json").exists()]
    equal = 0
    for path in files:
        expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        recording = read_recording(path)
        actual = [_seen(exchange.request, exchange.response) for exchange in recording.exchanges]
        wanted = [_expected(row) for row in expected if _was_answered(row)]
        equal += actual == wanted
        if actual != wanted:
            print(f"  not as expected: {path.name}: {_first_difference(actual, wanted)}")
    return len(files), equal


def _seen(request: Any, response: Any) -> tuple[Any, ...]:
    parts = urlsplit(request.url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return (
        request.method,
        parts.scheme,
        parts.hostname,
        port,
        target,
        _hash(request.body),
        response.status,
        _headers(response.headers),
        _hash(response.body),
    )


def _expected(flow: dict[str, Any]) -> tuple[Any, ...]:
    request, response = flow["request"], flow["response"]
    return (
        request["method"],
        request["scheme"],
        request["host"],
        request["port"],
        request["path"],
        request["contentHash"] or _hash(b""),
        response["status_code"],
        _headers(response["headers"]),
        response["contentHash"] or _hash(b""),
    )


def _was_answered(flow: dict[str, Any]) -> bool:
    """Whether there is a response: browsers write the status 0 for none."""
    return bool(flow.get("response") and flow["response"]["status_code"])


def _headers(headers: Any) -> list[tuple[str, str]]:
    """Without those about content codings, which HAR's bodies don't have."""
    return sorted(
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in {"content-encoding", "content-length"} and not name.startswith(":")
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _first_difference(actual: list[Any], expected: list[Any]) -> str:
    if len(actual) != len(expected):
        return f"{len(actual)} exchanges instead of {len(expected)}"
    return next(
        f"{one} instead of {other}"[:300] for one, other in zip(actual, expected, strict=True) if one != other
    )
