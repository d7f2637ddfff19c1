"""The evidence for a contract's rules as a self-contained HTML page, without scripts or external files."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pactape.cli.explaining.text import UNEXPLAINED, recordings_text, rule_text, samples_text
from pactape.cli.shared.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pactape.contracts.explain import Explanation, RuleEvidence

__all__ = ["explanation_page"]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd; }
td, code { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } th, td { border-color: #444; } a { color: #8bf; }
}
"""
_HEADINGS = ("path", "required", "recorded", "read by", "recordings")


def explanation_page(head: str, interactions: Sequence[tuple[str, Explanation | None]]) -> str:
    """Return the page of a contract.

    Args:
        head: Which contract it is, and how much of it recordings support.
        interactions: Each interaction's description with its evidence; None when no recording supports it.
    """
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(head)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(head)}</h1>",
            *_contents(interactions),
            *(
                line
                for number, interaction in enumerate(interactions)
                for line in _section(number, *interaction)
            ),
            "</body></html>",
        ]
    )


def _contents(interactions: Iterable[tuple[str, Explanation | None]]) -> Iterator[str]:
    yield "<table><thead><tr><th>interaction<th>rules<th>recordings</tr></thead><tbody>"
    for number, (description, explanation) in enumerate(interactions):
        rules = sum(rule.rule is not None for rule in explanation.evidence) if explanation else 0
        recordings = len(explanation.cassettes) if explanation else 0
        yield f'<tr><td><a href="#i{number}">{escape(description)}</a><td>{rules}<td>{recordings}</tr>'
    yield "</tbody></table>"


def _section(number: int, description: str, explanation: Explanation | None) -> Iterator[str]:
    yield f'<h2 id="i{number}">{escape(description)}</h2>'
    if explanation is None:
        yield f"<p>{escape(UNEXPLAINED)}</p>"
        return
    status = "" if explanation.status is None else f" → {explanation.status}"
    recordings = count_of(len(explanation.cassettes), "recording")
    yield f"<p>{escape(explanation.operation)}{status}, {recordings}</p>"
    yield f"<table><thead><tr>{''.join(f'<th>{heading}' for heading in _HEADINGS)}</tr></thead><tbody>"
    yield from map(_row, explanation.evidence)
    yield "</tbody></table>"


def _row(rule: RuleEvidence) -> str:
    tests = "<br>".join(map(escape, rule.tests))
    cells = (rule_text(rule), samples_text(rule))
    columns = "".join(f"<td>{escape(cell)}" for cell in cells)
    recordings = escape(recordings_text(rule.cassettes).removeprefix("from "))
    return f"<tr><td><code>{escape(rule.path)}</code>{columns}<td>{tests}<td>{recordings}</tr>"
