"""How tight derived expectations are: a made-up API, ways in which its answers break, and Pact's engine as judge.

A mutation that breaks what a consumer relies on should be caught; a valid answer never seen before should be taken.
"""

from __future__ import annotations

import copy
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

os.environ.setdefault("PACT_DO_NOT_TRACK", "true")

import pact_ffi
from pact import Pact
from pactape.contracts.inference.joined_shape import shape_of
from pactape.contracts.inference.rules import expect

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from pactape.contracts.inference.rules import Expectation

_HALF = 0.5
_SOME = 0.4

__all__ = ["MUTATIONS", "judged", "measure", "order"]


def order(chance: random.Random) -> dict[str, Any]:
    """A valid answer; what is optional, nullable or empty is so at random."""
    made: dict[str, Any] = {
        "id": chance.randint(1, 10**6),
        "key": str(uuid.UUID(int=chance.getrandbits(128))),
        "created": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:30:00Z",
        "day": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "status": chance.choice(["paid", "open", "void"]),
        "total": chance.choice([chance.randint(1, 99), chance.random() * 100]),
        "ratio": chance.random(),
        "active": chance.random() < _HALF,
        "note": chance.choice([None, f"note {chance.randint(0, 999)}"]),
        "tags": [f"t{chance.randint(0, 99)}" for _ in range(chance.randint(0, 3))],
        "lines": [_line(chance) for _ in range(chance.randint(1, 4))],
        "owner": {
            "name": f"N{chance.randint(0, 9999)}",
            "email": f"a{chance.randint(0, 999)}@example.com",
            "site": f"https://example.com/{chance.randint(0, 999)}",
        },
        "stock": {str(chance.randint(1, 999)): chance.randint(0, 9) for _ in range(chance.randint(1, 3))},
        "address": f"192.0.2.{chance.randint(0, 255)}",
        "version": f"{chance.randint(0, 9)}.{chance.randint(0, 9)}.{chance.randint(0, 9)}",
        "price": f"{chance.randint(0, 99)}.{chance.randint(0, 99):02}",
    }
    if chance.random() < _HALF:
        made["coupon"] = f"C{chance.randint(0, 99)}"
    if chance.random() < _SOME:
        made["ship"] = {"city": f"c{chance.randint(0, 99)}", "zip": f"{chance.randint(0, 99999):05}"}
    return made


def _line(chance: random.Random) -> dict[str, Any]:
    line: dict[str, Any] = {
        "sku": f"S{chance.randint(0, 999)}",
        "quantity": chance.randint(1, 9),
        "price": chance.random() * 10,
    }
    if chance.random() < _HALF:
        line["gift"] = chance.random() < _HALF
    return line


def _put(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(answer: Any) -> None:
        for step in path[:-1]:
            answer = answer[step]
        answer[path[-1]] = value

    return change


def _drop(*path: Any) -> Callable[[Any], None]:
    def change(answer: Any) -> None:
        for step in path[:-1]:
            answer = answer[step]
        del answer[path[-1]]

    return change


#: Ways in which an answer breaks, by what is done to it.
MUTATIONS: dict[str, Callable[[Any], None]] = {
    **{f"{key} is gone": _drop(key) for key in ("id", "key", "created", "status", "total", "active", "note")},
    **{f"{key} is gone, too": _drop(key) for key in ("tags", "lines", "owner", "stock", "address")},
    "owner.email is gone": _drop("owner", "email"),
    "a line's sku is gone": _drop("lines", -1, "sku"),
    "id becomes a text": _put("7", "id"),
    "id becomes a decimal": _put(7.5, "id"),
    "id becomes null": _put(None, "id"),
    "key becomes free text": _put("zz", "key"),
    "created becomes a number": _put(1_700_000_000, "created"),
    "created becomes a word": _put("yesterday", "created"),
    "created loses its time": _put("2026-01-31", "created"),
    "day becomes American": _put("12/31/2026", "day"),
    "status becomes a number": _put(1, "status"),
    "status becomes an object": _put({"name": "paid"}, "status"),
    "status gets a new value": _put("refunded", "status"),
    "total becomes a text": _put("9.5", "total"),
    "total becomes null": _put(None, "total"),
    "ratio becomes a text": _put("0.5", "ratio"),
    "active becomes a text": _put("yes", "active"),
    "active becomes a number": _put(1, "active"),
    "note becomes an object": _put({}, "note"),
    "tags become null": _put(None, "tags"),
    "tags become numbers": _put([1, 2], "tags"),
    "tags become a text": _put("a,b", "tags"),
    "lines become empty": _put([], "lines"),
    "lines become an object": _put({"0": {}}, "lines"),
    "a line's quantity becomes a text": _put("1", "lines", 0, "quantity"),
    "a line becomes null": _put(None, "lines", 0),
    "owner becomes null": _put(None, "owner"),
    "owner becomes a text": _put("Ada", "owner"),
    "owner.email becomes a name": _put("Ada", "owner", "email"),
    "owner.site loses its scheme": _put("example.com", "owner", "site"),
    "stock gets names as keys": _put({"many": 5}, "stock"),
    "stock gets texts as values": _put({"7": "5"}, "stock"),
    "address becomes a host": _put("host.example.com", "address"),
    "version loses a part": _put("1.2", "version"),
    "price becomes a number": _put(9.5, "price"),
    "coupon, which is optional, becomes a number": _put(5, "coupon"),
    "ship.zip, which is optional, becomes a number": _put({"city": "c", "zip": 5}, "ship"),
    "a line's gift, which is optional, becomes a text": _put("y", "lines", 0, "gift"),
}


def judged(expectation: Expectation) -> Callable[[Any], bool]:
    """Whether Pact's engine takes an answer for what is expected."""
    pact = Pact("consumer", "provider")
    interaction = pact.upon_receiving("a message", "Sync")
    interaction.with_body({}, "application/json").will_respond_with()
    interaction.with_body(json.dumps(expectation.example), "application/json")
    interaction.with_matching_rules({"body": expectation.rules})

    def takes(answer: Any, _alive: Pact = pact) -> bool:
        handle = interaction._handle  # noqa: SLF001 -- the engine's function takes the raw handle
        return not pact_ffi.sync_message_match_response_contents(handle, 0, None, json.dumps(answer))

    return takes


def measure(chance: random.Random, *, samples: int, held_out: int = 100) -> dict[str, float]:
    """The shares of held-out answers that are taken and of mutations that are caught, without and with pairs.

    Raises:
        AssertionError: A sample is not taken by what came from it.
    """
    seen = [order(chance) for _ in range(samples)]
    shape = shape_of(seen)
    plain = judged(expect(shape, seen[0]))
    typed = judged(expect(shape, seen[0], optionals=True))
    assert all(plain(response) and typed(response) for response in seen)
    fresh = [order(chance) for _ in range(held_out)]
    base = next((response for response in fresh if plain(response) and typed(response)), seen[0])
    broken = [_mutated(base, change) for change in MUTATIONS.values()]
    return {
        "taken": sum(plain(response) for response in fresh) / held_out,
        "taken with pairs": sum(plain(response) and typed(response) for response in fresh) / held_out,
        "caught": sum(not plain(response) for response in broken) / len(broken),
        "caught with pairs": sum(not (plain(response) and typed(response)) for response in broken)
        / len(broken),
    }


def _mutated(answer: Any, change: Callable[[Any], None]) -> Any:
    mutant = copy.deepcopy(answer)
    change(mutant)
    return mutant
