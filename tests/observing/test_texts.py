"""What is read of tables and of XML is observed, too."""

from __future__ import annotations

import asyncio
import copy
import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pactape.observing import observing
from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def read_by(reading: Callable[[], Any]) -> list[tuple[str, ...] | None]:
    """What is observed of each answer."""
    with observing() as observer:
        reading()
    return [response.paths() for response in observer.responses]


TABLE = b"id,name,mail\r\n7,Ada,a@example.com\r\n"
XML = b'<orders total="1"><order id="7" state="open"><sku>a</sku><note>n</note><by/></order></orders>'


def _given(body: bytes, media: str) -> httpx2.Response:
    request = httpx2.Request("GET", "https://users.test/export")
    return httpx2.Response(200, content=body, headers={"Content-Type": media}, request=request)


def _table() -> str:
    return _given(TABLE, "text/csv").text


def _lines(body: bytes) -> Iterator[str]:
    return _given(body, "text/csv").iter_lines()


def _first_lines(body: bytes) -> Iterator[str]:
    """The lines of the first response of a test, which is requested when they are read."""
    yield from _lines(body)


def _file(body: bytes, media: str) -> io.BytesIO:
    return io.BytesIO(_given(body, media).content)


def _orders() -> ET.Element:
    return ET.fromstring(_given(XML, "application/xml").content)  # noqa: S314 -- our own


@pytest.mark.parametrize(
    ("reading", "paths"),
    [
        (lambda: [row["name"] for row in csv.DictReader(io.StringIO(_table()))], ("[].name",)),
        (
            lambda: [row.get("mail") for row in csv.DictReader(_table().splitlines(keepends=True))],
            ("[].mail",),
        ),
        (lambda: [row["id"] for row in csv.DictReader(_table().splitlines())], ("[].id",)),
        (lambda: list(csv.DictReader(["a,b", "1,2"])), None),
        (lambda: list(csv.DictReader(iter(["a,b", "1,2"]))), None),
        (lambda: [row["name"] for row in csv.DictReader(_lines(TABLE))], ("[].name",)),
        (
            lambda: [row["name"] for row in csv.DictReader(io.TextIOWrapper(_file(TABLE, "text/csv")))],
            ("[].name",),
        ),
        (lambda: [row[1] for row in csv.reader(io.StringIO(_table()))], ("[].name",)),
        (lambda: [row[-1] for row in csv.reader(_lines(TABLE))], ("[].mail",)),
        (lambda: [row[:2] for row in csv.reader(_table().splitlines())], ("[].id", "[].name")),
        (lambda: [mail for _, _, mail in csv.reader(_table().splitlines())], ("[].id", "[].mail", "[].name")),
        (lambda: [row == [] for row in csv.reader(_table().splitlines())], ("[].id", "[].mail", "[].name")),
        (
            lambda: ["Ada" in row for row in csv.reader(_table().splitlines())],
            ("[].id", "[].mail", "[].name"),
        ),
        (lambda: list(csv.reader(_table().splitlines())), ("[]{}",)),
        (lambda: next(csv.reader(_table().splitlines())).index("name"), ("[]{}",)),
        (
            lambda: next(csv.reader(_table().splitlines())) == ["id", "name", "mail"],
            ("[].id", "[].mail", "[].name"),
        ),
        (lambda: [row["name"] for row in csv.DictReader(_first_lines(TABLE))], ("[].name",)),
        (lambda: list(csv.reader(["a,b", "1,2"])), None),
        (lambda: ET.parse(_file(XML, "application/xml")).findtext("order/sku"), ("orders.order.sku.#text",)),  # noqa: S314 -- our own
        (
            lambda: ET.parse(io.StringIO(_given(XML, "text/xml").text)).getroot().get("total"),  # noqa: S314 -- our own
            ("orders.@total",),
        ),
        (lambda: ET.parse(io.BytesIO(b"<a/>")).getroot().tag, None),  # noqa: S314 -- our own
        (lambda: _orders().findtext("order/sku"), ("orders.order.sku.#text",)),
        (lambda: _orders().findtext("order/nothing"), ("{}",)),
        (lambda: [character.get("id") for character in _orders().iter("order")], ("orders.order.@id",)),
        (lambda: _orders().attrib["total"], ("orders.@total",)),
        (lambda: "state" in _orders()[0].attrib, ("orders.order.@state",)),
        (lambda: _orders().find("order/by") is not None, ("orders.order.by{}",)),
        (lambda: len(_orders().findall("order")), ("orders.order{}",)),
        (lambda: len(list(_orders().iterfind("order"))), ("orders.order{}",)),
        (lambda: len(list(_orders().iter("order"))), ("orders.order{}",)),
        (lambda: _orders().find(".//by") is not None, ("orders.order.by{}",)),
        (lambda: list(_orders()[0].keys()), ("orders.order.@id", "orders.order.@state")),
        (lambda: copy.copy(_orders()).get("total"), ("orders.@total",)),
        (lambda: copy.deepcopy(_orders()).findtext("order/sku"), ("orders.order.sku.#text",)),
        (
            lambda: "".join(_orders().itertext()),
            (
                "orders.#text",
                "orders.order.#text",
                "orders.order.by.#text",
                "orders.order.note.#text",
                "orders.order.sku.#text",
            ),
        ),
        (lambda: dict(_orders()[0].items()), ("orders.order.@id", "orders.order.@state")),
        (lambda: list(_orders()[0].attrib.values()), ("orders.order.@id", "orders.order.@state")),
        (lambda: ET.fromstring("<a>b</a>").text, None),  # noqa: S314 -- our own
        (lambda: ET.fromstring(_given(XML, "application/xml").text, ET.XMLParser()).tag, None),  # noqa: S314 -- our own
    ],
)
def test_what_is_read_of_a_table_or_of_xml_is_observed(
    reading: Callable[[], object], paths: tuple[str, ...] | None
) -> None:
    used_paths = read_by(reading)
    assert used_paths in ([paths], [] if paths is None else [paths])


def test_an_observed_element_writes_the_document_that_it_was() -> None:
    with observing():
        orders = _orders()
        assert ET.tostring(orders) == ET.tostring(ET.fromstring(XML))  # noqa: S314 -- our own
        assert ET.tostring(copy.deepcopy(orders)) == ET.tostring(orders)
        assert (orders.get("nothing"), orders[0].get("nothing", "x"), orders[0].tail) == (None, "x", None)


EVENTS = b'event: m\ndata: {"id": 1, "delta": {"text": "a"}}\n\ndata: {"id": 2}\n\ndata: [DONE]\n\n'
LINES = b'{"id": 1, "user": {"name": "Ada"}}\n{"id": 2, "user": {"name": "Eve"}}\n'


def _events() -> httpx2.Response:
    return _given(EVENTS, "text/event-stream; charset=utf-8")


def _values(lines: Iterable[str]) -> list[Any]:
    """The JSON of the events on some lines."""
    return [json.loads(line[5:]) for line in lines if line.startswith("data: {")]


async def _read_asynchronously() -> None:
    response = _events()
    _ = [row["id"] for row in _values([line async for line in response.aiter_lines()])]


class Row(BaseModel):
    id: int


@pytest.mark.parametrize(
    "reading",
    [
        lambda: [row["id"] for row in _values(_events().iter_lines())],
        lambda: [row["id"] for row in _values(_events().text.splitlines())],
        lambda: [row["id"] for part in _events().text.split("\n\n") for row in _values(part.split("\n"))],
        lambda: [row["id"] for row in _values("".join(_events().iter_text(7)).splitlines())],
        lambda: [row["id"] for row in _values(b"".join(_events().iter_bytes(7)).decode().splitlines())],
        lambda: asyncio.run(_read_asynchronously()),
        lambda: [json.loads(line)["id"] for line in _given(LINES, "application/x-ndjson").iter_lines()],
        lambda: [Row.model_validate_json(line) for line in _given(LINES, "application/jsonl").iter_lines()],
        lambda: json.loads(b"".join(_given(b'{"id": 1, "b": 2}', "application/json").iter_bytes(3)))["id"],
    ],
)
def test_what_is_read_of_the_events_of_a_stream_is_observed(reading: Callable[[], object]) -> None:
    assert read_by(reading) == [("id",)]


def test_a_stream_whose_lines_nobody_parses_counts_as_read() -> None:
    assert read_by(lambda: list(_events().iter_lines())) == [None]
