"""Documents of JSON, XML and HTML within texts of other kinds: logs, scripts, YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.json.documents import scrub_json_in_text
from pactape.cassettes.scrubbing.structures.markup import holds_elements, scrub_markup

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_embedded"]


def scrub_embedded(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets of the documents in it."""
    if "{" in text or "[" in text or '"<' in text:
        text = scrub_json_in_text(text, visitor) or text
    return scrub_markup(text, visitor) if holds_elements(text) else text
