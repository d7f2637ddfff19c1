"""Contracts: inference against genson, and what verification costs."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

from _timing import medians, show
from genson import SchemaBuilder
from pactape.contracts.inference.joined_shape import shape_of
from pactape.contracts.inference.rules import expect

__all__ = ["run"]

_PAGES, _ITEMS = 10, 50


def run() -> dict[str, float]:
    """The figures of the contracts."""
    return _inference()


def _inference() -> dict[str, float]:
    samples = _samples(random.Random(7))  # noqa: S311 -- made-up samples
    size = sum(len(json.dumps(sample)) for sample in samples)
    times = medians({"genson": lambda: _genson(samples), "pactape": lambda: _pactape(samples)})
    show(f"a schema or rules from {len(samples)} samples, {size // 1000} kB", times, base="genson")
    return {"contracts.infer.over_genson": round(times["genson"] / times["pactape"], 2)}


def _genson(samples: list[Any]) -> object:
    builder = SchemaBuilder()
    for sample in samples:
        builder.add_object(sample)
    return builder.to_schema()


def _pactape(samples: list[Any]) -> object:
    return expect(shape_of(samples), samples[0])


def _samples(chance: random.Random) -> list[Any]:
    return [{"items": [_order(chance) for _ in range(_ITEMS)]} for _ in range(_PAGES)]


def _order(chance: random.Random) -> dict[str, Any]:
    order: dict[str, Any] = {
        "id": chance.randint(1, 10**6),
        "key": str(uuid.UUID(int=chance.getrandbits(128))),
        "created": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T12:00:00Z",
        "status": chance.choice(["paid", "open", "void"]),
        "total": chance.random() * 100,
        "note": chance.choice([None, f"note {chance.randint(0, 999)}"]),
        "lines": [{"sku": f"S{chance.randint(0, 999)}", "quantity": chance.randint(1, 9)} for _ in range(3)],
        "owner": {"name": f"N{chance.randint(0, 9999)}", "email": f"a{chance.randint(0, 999)}@example.com"},
    }
    if chance.random() < 0.5:  # noqa: PLR2004 -- half of them
        order["coupon"] = f"C{chance.randint(0, 99)}"
    return order
