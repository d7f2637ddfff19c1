"""Observing the answers of real libraries, from a real server."""

from __future__ import annotations

from threading import Thread
from typing import Any

import httpx
import msgspec
import requests
from pactape.observing import observing


def test_an_answer_that_is_read_is_observed_with_its_request(url: str) -> None:
    with observing() as observer:
        requests.post(f"{url}/users?x=1", json={"a": 1}, timeout=30).json()["id"]
    (response,) = observer.observed
    assert (response.method, response.url, response.body, response.usage.paths()) == (
        "POST",
        f"{url}/users?x=1",
        b'{"a": 1}',
        ("id",),
    )


def test_reading_an_answer_twice_joins_what_was_read(url: str) -> None:
    with observing() as observer:
        answer = requests.get(url, timeout=30)
        answer.json()["id"]
        answer.json()["profile"]["city"]
    assert [response.usage.paths() for response in observer.observed] == [("id", "profile.city")]


def test_reads_on_another_thread_are_observed(url: str) -> None:
    with observing() as observer:
        thread = Thread(target=lambda: requests.get(url, timeout=30).json()["name"])
        thread.start()
        thread.join()
    assert [response.usage.paths() for response in observer.observed] == [("name",)]


def test_an_answer_that_is_not_read_as_json_is_not_observed(url: str) -> None:
    with observing() as observer:
        requests.get(url, timeout=30)
    assert observer.observed == []


def test_outside_of_the_context_answers_are_plain(url: str) -> None:
    with observing():
        pass
    assert type(requests.get(url, timeout=30).json()) is dict


class _Profile(msgspec.Struct):
    city: str


def test_a_reader_in_c_counts_as_reading_everything_even_after_a_look(url: str) -> None:
    with observing() as observer:
        answer = requests.get(url, timeout=30).json()
        assert "errors" not in answer
        msgspec.to_builtins(answer["profile"])
        answer["profile"].get("zip")
    assert [response.usage.paths() for response in observer.observed] == [("profile",)]


def test_a_model_reads_its_fields_and_nothing_else(url: str) -> None:
    with observing() as observer:
        answer = requests.get(url, timeout=30).json()
        assert msgspec.convert(answer["profile"], type=_Profile).city
    assert [response.usage.paths() for response in observer.observed] == [("profile.city",)]


def test_without_a_model_the_same_function_reads_everything(url: str) -> None:
    with observing() as observer:
        msgspec.convert(requests.get(url, timeout=30).json()["profile"], dict)
    assert [response.usage.paths() for response in observer.observed] == [("profile",)]


def test_options_of_json_are_passed_on(url: str) -> None:
    with observing():
        answer: Any = requests.get(url, timeout=30).json(parse_int=str)
    assert answer["id"] == "7"


def test_the_answers_of_httpx_are_observed(url: str) -> None:
    with observing() as observer:
        httpx.post(url, json={"a": 1}).json()["profile"]["city"]
    assert [(response.method, response.body, response.usage.paths()) for response in observer.observed] == [
        ("POST", b'{"a":1}', ("profile.city",))
    ]
