"""Several consumers in one project: whose a recording is, and one contract for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from pactape.contracts import derive
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """[tool.pactape]
consumer = "web"
cassettes = "cassettes/web"
[tool.pactape.consumers.orders]
name = "shop-orders"
cassettes = "cassettes/orders"
[tool.pactape.providers.users]
url = "http://users.test"
"""
EXCHANGE = {
    "request": {"method": "GET", "uri": "http://users.test/users", "body": None, "headers": {}},
    "response": {"status": {"code": 204, "message": ""}, "headers": {}, "body": {"string": ""}},
}


def record(root: Path, name: str, **notes: object) -> None:
    path = root / "cassettes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"interactions": [EXCHANGE], "version": 1, "pactape": {"version": 1, **notes}}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


def files(root: Path, settings: str = SETTINGS) -> dict[str, int]:
    """How many exchanges each derived contract comes from."""
    (root / "pyproject.toml").write_text(settings, encoding="utf-8")
    return {contract.file_name: contract.exchanges for contract in derive(load_settings(root)).contracts}


def test_each_consumer_has_a_contract_of_its_own(tmp_path: Path) -> None:
    for name in ("web/a.yaml", "orders/a.yaml", "orders/b.yaml"):
        record(tmp_path, name)
    assert files(tmp_path) == {"shop-orders-users.json": 2, "web-users.json": 1}


def test_a_marker_goes_before_the_folder(tmp_path: Path) -> None:
    record(tmp_path, "orders/a.yaml", test="t.py::test_a", description="a", consumer="web")
    assert files(tmp_path) == {"web-users.json": 1}


def test_a_recording_below_two_of_the_folders_is_read_once(tmp_path: Path) -> None:
    record(tmp_path, "orders/a.yaml")
    nested = SETTINGS.replace('"cassettes/web"', '"cassettes"')
    assert files(tmp_path, nested) == {"shop-orders-users.json": 1}
