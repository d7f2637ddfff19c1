"""The reference lists what the broker answers, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from pactape.broker.http.api import api_routes

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "broker.md"
ROW = re.compile(r"^\| `(/[^`]*)` \| ([A-Z ]+) \|$", re.MULTILINE)


def test_the_reference_lists_each_route_with_its_methods() -> None:
    documented_routes = {
        (path, method)
        for path, methods in ROW.findall(REFERENCE.read_text(encoding="utf-8"))
        for method in methods.split()
    }
    assert documented_routes == {(f"/{'/'.join(route.template)}", route.method) for route in api_routes()}
