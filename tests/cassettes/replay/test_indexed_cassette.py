"""The indexed cassette gives the same answers as vcrpy's own: a differential fuzz."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import pytest
from pactape.cassettes.replay.indexed_cassette import IndexedCassette
from vcr.cassette import Cassette
from vcr.config import VCR
from vcr.errors import UnhandledHTTPRequestError
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from collections.abc import Callable

MATCHERS = [
    "method",
    "scheme",
    "host",
    "port",
    "path",
    "query",
    "uri",
    "body",
    "raw_body",
    "headers",
    "custom",
]
URLS = [
    f"{scheme}://{host}{port}{path}{query}{fragment}"
    for scheme in ("http", "https")
    for host in ("a.test", "A.test", "b.test")
    for port in ("", ":80", ":443", ":8080")
    for path in ("", "/", "/p", "/p/", "/P")
    for query in ("", "?x=1&y=2", "?y=2&x=1", "?x=1", "?x=", "?x=1&x=2", "?x=2&x=1")
    for fragment in ("", "#f")
]
TYPES = [
    None,
    "application/json",
    "application/json; charset=utf-8",
    "application/x-www-form-urlencoded",
    "text/plain",
]
BODIES = [
    None,
    b"",
    b'{"a": 1, "b": [1,2]}',
    b'{"b":[1,2],"a":1}',
    b'{"a":1.0,"b":[1,2]}',
    b'{"a":true,"b":[1,2]}',
    b"{bad",
    b"a=1&b=2",
    b"b=2&a=1",
    b'[["a",1],["b",[1,2]]]',
    b"NaN",
    b"\xff\xfe",
    '{"a": 1, "b": [1,2]}',
]


def same_first_letter(one: VcrRequest, other: VcrRequest) -> bool:
    return (one.headers.get("X-T") or "")[:1] == (other.headers.get("X-T") or "")[:1]


class Trial:
    """One random cassette, loaded by vcrpy's class and by ours, and random questions to both."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a fuzz, not a secret
        self.pool = [self.request() for _ in range(self.random.randrange(1, 10))]
        self.recorded = [self.pick() for _ in range(self.random.randrange(25))]
        options = self.options()
        self.cassettes = [self.load(kind, options) for kind in (Cassette, IndexedCassette)]

    def request(self) -> VcrRequest:
        kind, token = self.random.choice(TYPES), self.random.choice(["a1", "a2", "b1"])
        headers = {self.random.choice(["Content-Type", "content-type"]): kind} if kind else {}
        if self.random.random() < 0.3:
            headers["X-T"] = token
        method = self.random.choice(["GET", "POST"])
        return VcrRequest(method, self.random.choice(URLS), self.random.choice(BODIES), headers)

    def pick(self) -> VcrRequest:
        from_pool = self.random.random() < 0.8
        return copy.deepcopy(self.random.choice(self.pool)) if from_pool else self.request()

    def options(self) -> dict[str, Any]:
        usual = ["method", "scheme", "host", "port", "path", "query", *self.random.choice([[], ["body"]])]
        any_of_them = self.random.sample(MATCHERS, self.random.randrange(7))
        return {
            "match_on": any_of_them if self.random.random() < 0.7 else usual,
            "record_mode": self.random.choice(["none", "once", "new_episodes", "all"]),
            "allow_playback_repeats": self.random.random() < 0.3,
            "filter_query_parameters": ["x"] if self.random.random() < 0.3 else [],
            "filter_headers": ["X-T"] if self.random.random() < 0.2 else [],
        }

    def load(self, kind: type[Cassette], options: dict[str, Any]) -> Cassette:
        vcr = VCR()
        vcr.register_matcher("custom", same_first_letter)
        vcr.register_persister(Memory(self.recorded))
        settings = vcr.get_merged_config(path="cassette", **options)
        for name in ("path_transformer", "func_path_generator", "record_on_exception"):
            del settings[name]
        return kind.load(**settings)

    def ask_both(self) -> None:
        question, request = self.question(), self.pick()
        theirs, ours = (outcome(question, cassette, request) for cassette in self.cassettes)
        assert ours == theirs

    def question(self) -> Callable[[Cassette, VcrRequest], Any]:
        return self.random.choices(
            [ask, ask_whether, ask_all, rewind, record, play], weights=[75, 5, 7, 3, 5, 5]
        )[0]


class Memory:
    """A persister that keeps what it is given."""

    def __init__(self, requests: list[VcrRequest]) -> None:
        self.requests = requests

    def load_cassette(self, _path: str, serializer: Any) -> tuple[list[VcrRequest], list[dict[str, Any]]]:
        assert serializer is not None
        return copy.deepcopy(self.requests), [response(str(number)) for number in range(len(self.requests))]

    def save_cassette(self, *_: Any, **__: Any) -> None:
        """Keep nothing: the trial compares answers."""


def response(text: str) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": text.encode()}}


def outcome(question: Callable[[Cassette, VcrRequest], Any], cassette: Cassette, request: VcrRequest) -> Any:
    try:
        return question(cassette, copy.deepcopy(request))
    except UnhandledHTTPRequestError:
        return "unhandled"
    except (ValueError, TypeError, AttributeError) as error:
        return type(error), str(error)


def ask(cassette: Cassette, request: VcrRequest) -> Any:
    return play(cassette, request) if cassette.can_play_response_for(request) else None


def play(cassette: Cassette, request: VcrRequest) -> Any:
    return cassette.play_response(request)["body"]["string"]


def ask_whether(cassette: Cassette, request: VcrRequest) -> Any:
    return request in cassette


def ask_all(cassette: Cassette, request: VcrRequest) -> Any:
    return [response["body"]["string"] for response in cassette.responses_of(request)]


def rewind(cassette: Cassette, _request: VcrRequest) -> Any:
    cassette.rewind()


def record(cassette: Cassette, request: VcrRequest) -> Any:
    cassette.append(request, response("new"))
    return len(cassette)


def run(seed: int) -> None:
    trial = Trial(seed)
    for _ in range(trial.random.randrange(1, 40)):
        trial.ask_both()
    theirs, ours = trial.cassettes
    assert ours.play_counts == theirs.play_counts
    assert ours.all_played == theirs.all_played


@pytest.mark.parametrize("block", [0, *(pytest.param(block, marks=pytest.mark.long) for block in (1, 2, 3))])
def test_three_hundred_random_cassettes_give_the_same_answers_as_vcrpy(block: int) -> None:
    for seed in range(block * 75, (block + 1) * 75):
        run(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_ten_thousand_random_cassettes_give_the_same_answers_as_vcrpy(block: int) -> None:
    for seed in range(1_000 + block * 1_000, 2_000 + block * 1_000):
        run(seed)


def test_looking_for_one_of_many_requests_asks_the_matchers_about_none_of_the_others() -> None:
    compared_urls = []

    def counting(live: VcrRequest, recorded: VcrRequest) -> bool:
        compared_urls.append(recorded.uri)
        return bool(live.headers == recorded.headers)

    cassette = IndexedCassette("cassette", match_on=(*VCR()._get_matchers(["uri", "body"]), counting))  # noqa: SLF001 -- vcrpy's way from names to matchers
    for number in range(100):
        cassette.append(VcrRequest("GET", f"http://a.test/{number}", None, {}), response("text"))
    cassette.rewound = True
    play(cassette, VcrRequest("GET", "http://a.test/50", None, {}))
    assert compared_urls == ["http://a.test/50"]


def test_a_played_repetition_is_not_looked_at_again() -> None:
    class Counting(IndexedCassette):
        looks = 0

        def _may_play(self, place: int) -> bool:
            self.looks += 1
            return super()._may_play(place)

    cassette = Counting("cassette", match_on=VCR()._get_matchers(["uri", "body"]))  # noqa: SLF001 -- as above
    request = VcrRequest("GET", "http://a.test/", None, {})
    for _ in range(100):
        cassette.append(request, response("text"))
    cassette.rewound = True
    for _ in range(100):
        play(cassette, request)
    assert cassette.looks <= 200
