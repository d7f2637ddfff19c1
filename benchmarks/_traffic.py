"""Made-up traffic: NDJSON of an API with forty resources, the same for the same number."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PROJECT", "write_traffic"]

#: The settings of a project whose recordings are in the folder "recordings".
PROJECT = '[project]\nname = "web"\n[tool.pactape]\ncassettes = "none"\nrecordings = ["recordings"]\n'
_RESOURCES = 40
_HEADERS = [["Accept", "application/json"], ["User-Agent", "web/1"]]


def write_traffic(path: Path, exchanges: int) -> None:
    """Write so many exchanges, about one kilobyte each."""
    chance = random.Random(7)  # noqa: S311 -- made-up answers
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for number in range(exchanges):
            file.write(json.dumps(_exchange(number, chance)) + "\n")


def _exchange(number: int, chance: random.Random) -> dict[str, Any]:
    base = f"https://api.example.com/v1/things{chance.randrange(_RESOURCES)}"
    if number % 3 == 0:
        url, body = f"{base}/{chance.randrange(10**6)}", _thing(chance)
    else:
        url = f"{base}?page={chance.randrange(50)}"
        body = {"items": [_thing(chance) for _ in range(4)], "total": chance.randrange(1000)}
    headers = [["Content-Type", "application/json"], ["X-Request-Id", f"{chance.getrandbits(128):032x}"]]
    return {
        "request": {"method": "GET", "url": url, "headers": _HEADERS},
        "response": {"status": 200, "headers": headers, "body": json.dumps(body)},
        "recorded_at": f"2026-01-{number % 28 + 1:02}T12:00:00Z",
    }


def _thing(chance: random.Random) -> dict[str, Any]:
    return {
        "id": chance.randrange(10**6),
        "name": f"{chance.choice(['Ada', 'Bob', 'Cleo'])}{chance.randrange(99)}",
        "email": f"u{chance.randrange(999)}@example.com",
        "created_at": f"2026-01-{chance.randrange(28) + 1:02}T12:00:00Z",
        "tags": [chance.choice("abcdef") for _ in range(chance.randrange(4))],
        "status": chance.choice(["open", "paid", "shipped"]),
        "total": round(chance.random() * 100, 2),
        "owner": {"id": chance.randrange(1000), "active": chance.random() < 0.5},  # noqa: PLR2004 -- a coin
        **({"nick": "x"} if chance.random() < 0.5 else {}),  # noqa: PLR2004 -- a coin
    }
