"""The pages: what they say, that nothing gets out of its escaping, and how a browser shows them."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.pages.network import lay_out
from pactape.broker.pages.rule_descriptions import describe_rules

from tests.broker.stock import pact_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broker.stock import StockTools

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def publish(url: str, pact: dict[str, Any], version: str = "1", branch: str = "main") -> None:
    consumer, provider = pact["consumer"]["name"], pact["provider"]["name"]
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {
        "consumerName": consumer,
        "providerName": provider,
        "specification": "pact",
        "content": content,
    }
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": version, "branch": branch}
    answer = requests.post(f"{url}/contracts/publish", json={**body, "contracts": [contract]}, timeout=30)
    answer.raise_for_status()


def report(url: str, consumer: str, provider: str, *, success: bool) -> None:
    address = f"{url}/pacts/provider/{quote(provider, safe='')}/consumer/{quote(consumer, safe='')}/latest"
    target = requests.get(address, timeout=30).json()["_links"]["pb:publish-verification-results"]["href"]
    result = {"success": success, "providerApplicationVersion": "u1", "buildUrl": "javascript:alert(3)"}
    requests.post(target, json=result, timeout=30).raise_for_status()


def seed(url: str) -> None:
    """A small shop: one verified, one failed, one unverified contract."""
    pact = pact_of("Web Shop", "Users")
    interaction = pact["interactions"][0]
    interaction["response"]["matchingRules"] = {
        "body": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}
    }
    interaction["comments"] = {"testname": "tests/test_users.py::test_gets_a_user", "references": {}}
    publish(url, pact)
    report(url, "Web Shop", "Users", success=True)
    publish(url, pact_of("Web Shop", "Orders", path="/orders/1"), version="2")
    report(url, "Web Shop", "Orders", success=False)
    publish(url, pact_of("Orders", "Users", path="/users/7"))


def html(url: str) -> str:
    answer = requests.get(url, headers={"Accept": "text/html"}, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/html"), answer.text
    return answer.text


def test_the_first_page_shows_every_integration_with_its_state(stock: StockTools) -> None:
    seed(stock.url)
    text = html(f"{stock.url}/")
    assert "3 integrations: 1 verified, 1 failed, 1 unverified" in text
    assert "Web Shop calls Users (verified)" in text


def test_the_same_address_is_the_api_for_everybody_else(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/", headers={"Accept": "application/hal+json"}, timeout=30)
    assert "pb:publish-contracts" in answer.json()["_links"]


def test_an_empty_broker_says_how_to_publish(stock: StockTools) -> None:
    assert "pactape publish --broker-url" in html(f"{stock.url}/")


def test_a_contract_reads_like_documentation(stock: StockTools) -> None:
    seed(stock.url)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    for words in (
        "GET /users/1",
        "Given a user exists (id = 1)",
        "a whole number",
        "tests/test_users.py::test_gets_a_user",
        "Verification history",
    ):
        assert words in text


def message_pact() -> dict[str, Any]:
    pact = pact_of("Mailer", "Orders")
    message = {
        "type": "Asynchronous/Messages",
        "description": "an order was paid",
        "providerStates": [{"name": "an order exists"}],
        "contents": {"content": {"order": "o-1"}, "contentType": "application/json", "encoded": False},
        "metadata": {"topic": "orders.paid"},
        "matchingRules": {"body": {"$.order": {"combine": "AND", "matchers": [{"match": "type"}]}}},
    }
    return {**pact, "interactions": [message]}


def test_an_asynchronous_message_is_shown_with_its_metadata(stock: StockTools) -> None:
    publish(stock.url, message_pact())
    text = html(f"{stock.url}/pacts/provider/Orders/consumer/Mailer/latest")
    for words in ("Message", "an order was paid", "Given an order exists", "orders.paid", "o-1", "$.order"):
        assert words in text


def test_a_contract_says_how_many_recordings_it_rests_on(stock: StockTools) -> None:
    pact = pact_of("Web Shop", "Users")
    references = {"Pactape": {"cassettes": "cassettes/a.yaml#1, cassettes/b.yaml#3"}}
    pact["interactions"][0]["comments"] = {"text": ["seen twice"], "references": references}
    publish(stock.url, pact)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    for words in (
        "cassettes (2)",
        "<dd>cassettes/a.yaml#1</dd>",
        "<dd>cassettes/b.yaml#3</dd>",
        "seen twice",
    ):
        assert words in text


@pytest.mark.parametrize(("count", "opened"), [(3, True), (60, False)])
def test_a_long_table_of_contents_is_folded(stock: StockTools, count: int, opened: bool) -> None:  # noqa: FBT001 -- a row of the table
    pact = pact_of("Web Shop", "Users")
    pact["interactions"] = [
        {**pact["interactions"][0], "description": f"the user {number}"} for number in range(count)
    ]
    publish(stock.url, pact)
    text = html(f"{stock.url}/pacts/provider/Users/consumer/Web%20Shop/latest")
    assert f"{count} interactions" in text
    assert ('<details class="contents" open>' in text) is opened


def test_the_matrix_says_why(stock: StockTools) -> None:
    seed(stock.url)
    query = "q[][pacticipant]=Web%20Shop&q[][version]=1&environment=test"
    text = html(f"{stock.url}/matrix?{query}")
    assert "There is no verified pact between version 1 of Web Shop" in text


def test_a_problem_is_a_page_for_a_browser(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/nothing/here", headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 404
    assert "There is nothing at /nothing/here" in answer.text


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_html_in_names_is_shown_as_text_everywhere(stock: StockTools) -> None:
    pact = pact_of(EVIL, "Users")
    pact["interactions"][0]["description"] = EVIL
    pact["interactions"][0]["response"]["body"]["content"] = {EVIL: EVIL}
    publish(stock.url, pact, version=EVIL, branch=EVIL)
    report(stock.url, EVIL, "Users", success=True)
    name = quote(EVIL, safe="")
    for path in ("/", f"/pacts/provider/Users/consumer/{name}/latest", f"/pacticipants/{name}", f"/{name}"):
        elements = _Elements()
        elements.feed(requests.get(stock.url + path, headers={"Accept": "text/html"}, timeout=30).text)
        assert not {"script", "img"} & elements.names, path
        assert not {"onerror", "onclick"} & elements.attributes, path
        assert not any(address.startswith("javascript:") for address in elements.addresses), path


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_a_contrast_of_at_least_four_and_a_half(stock: StockTools, scheme: int) -> None:
    rule = re.findall(r":root \{ (--back:[^}]*)\}", html(f"{stock.url}/"))[scheme]
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", rule))
    on_page = [(text, back) for text in ("ink", "soft", "link") for back in ("back", "panel")]
    states = [(state, f"{state}-back") for state in ("good", "bad", "open")]
    weak = {
        pair: round(contrast(*(colours[name] for name in pair)), 2)
        for pair in [*on_page, *states]
        if contrast(*(colours[name] for name in pair)) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("path", ["/", "/matrix?q[][pacticipant]=Users", "/pacticipants/Users"])
def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(stock: StockTools, path: str) -> None:
    seed(stock.url)
    regions = re.findall(r'<div class="scroll"[^>]*>', html(stock.url + path))
    assert regions
    assert all('tabindex="0"' in each and 'aria-label="' in each for each in regions)


def test_a_page_allows_no_script_and_nothing_from_elsewhere(stock: StockTools) -> None:
    answer = requests.get(f"{stock.url}/", headers={"Accept": "text/html"}, timeout=30)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"$.body.id": {"match": "type"}}, [("", "$.body.id", "any value of the same type")]),
        (
            {"path": {"matchers": [{"match": "regex", "regex": "^/a"}]}},
            [("path", "", "text that matches ^/a")],
        ),
        (
            {"body": {"$": {"combine": "OR", "matchers": [{"match": "null"}, {"match": "integer"}]}}},
            [("body", "$", "null or a whole number")],
        ),
        (
            {"body": {"$.a": {"matchers": [{"match": "type", "min": 1, "max": 3}]}}},
            [("body", "$.a", "a list of at least 1 and at most 3, each item like the example")],
        ),
        ({"body": {"$": {"matchers": [{"match": "telepathy"}]}}}, [("body", "$", "{'match': 'telepathy'}")]),
        (None, []),
    ],
)
def test_rules_are_said_in_words(rules: Any, words: list[tuple[str, str, str]]) -> None:
    assert describe_rules(rules) == words


_calls = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.just("verified")), max_size=12
)


@given(_calls)
def test_no_two_boxes_of_the_drawing_overlap(calls: list[tuple[str, str, str]]) -> None:
    network = lay_out(calls)
    places = {(box.x, box.y) for box in network.boxes}
    assert len(places) == len(network.boxes) == len({name for call in calls for name in call[:2]})
    for box in network.boxes:
        assert box.x + box.width <= network.width
        assert box.y + box.height <= network.height


@pytest.fixture
def chromium() -> str:
    if CHROMIUM is None:
        message = "no Chromium here: apt-get install chromium shows the pages in a browser"
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return CHROMIUM


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/pacts/provider/Users/consumer/Web%20Shop/latest"])
def test_a_browser_draws_the_page(
    stock: StockTools, chromium: str, tmp_path: Path, path: str, scheme: str
) -> None:
    seed(stock.url)
    picture = tmp_path / f"{scheme}.png"
    dark = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    done = subprocess.run(
        [
            chromium,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,1100"),
            *(f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}"),
            *dark,
            stock.url + path,
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert picture.is_file(), done.stderr.decode(errors="replace")[-500:]
    assert _brightness_of_the_corner(picture) == scheme


def _brightness_of_the_corner(picture: Path) -> str:
    """Whether the lower left pixel, the page's background, is light or dark; reads the PNG's last row."""
    import struct  # noqa: PLC0415 -- only here
    import zlib  # noqa: PLC0415 -- only here

    data = picture.read_bytes()
    width, height, _depth, colour = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[colour]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * channels + 1
    above = 0
    for row in range(height):  # only the first pixel of each row is unfiltered: its left neighbour is nothing
        kind, value = raw[row * stride], raw[row * stride + 1]
        above = (value + {0: 0, 1: 0, 2: above, 3: above // 2, 4: above}[kind]) % 256
    return "light" if above > 127 else "dark"
