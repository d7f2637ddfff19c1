"""The pages in a browser: contrast, keyboard, and a real browser's picture."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.broker.helpers.pages import html, publish, seed
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broker.helpers.stock import StockTools


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


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
    assert all('tabindex="0"' in region and 'aria-label="' in region for region in regions)


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
    result = subprocess.run(
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
    assert picture.is_file(), result.stderr.decode(errors="replace")[-500:]
    assert _brightness_of_the_corner(picture) == scheme


_NARROW = 400
_MEASURE = """<script>document.title = JSON.stringify({
  width: innerWidth, needed: document.documentElement.scrollWidth,
  tallest: Math.max(0, ...[...document.querySelectorAll("td.tight a")].map(each => each.offsetHeight))})</script>"""


@pytest.mark.long
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/pacticipants/{consumer}", "/environments", "/matrix?q[][pacticipant]={consumer}"),
        *("/graph", "/can-i-deploy", "/webhooks", "/pacts/provider/{provider}/consumer/{consumer}/latest"),
    ],
)
def test_a_narrow_window_cuts_nothing_and_breaks_no_short_word(
    stock: StockTools, chromium: str, tmp_path: Path, path: str
) -> None:
    names = {"consumer": "a-consumer-with-a-very-long-name-of-one-team", "provider": "x" * 60}
    publish(
        stock.url, pact_of(names["consumer"], names["provider"]), version="6b1f53303a" * 4, branch="y" * 60
    )
    page = tmp_path / "page.html"
    page.write_text(html(stock.url + path.format(**names)) + _MEASURE, encoding="utf-8")
    result = subprocess.run(
        [
            chromium,
            *("--headless", "--no-sandbox", "--disable-gpu", f"--window-size={_NARROW},900", "--dump-dom"),
            *(f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    title = re.search(r"<title>(.*?)</title>", result.stdout)
    assert title, result.stderr[-500:]
    measured = json.loads(unescape(title[1]))
    assert measured["needed"] <= measured["width"] <= _NARROW + 100  # Chromium's smallest window
    assert measured["tallest"] < 40


def _brightness_of_the_corner(picture: Path) -> str:
    """Whether the lower left pixel, the page's background, is light or dark; reads the PNG's last row."""
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
