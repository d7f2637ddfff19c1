"""Renders templates: everything is escaped, nothing is loaded from other hosts, and the one script is optional."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from pactape.broker.http.protocol.messages import Response
from pactape.broker.pages.states import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.broker.http.protocol.messages import Call, Problem

__all__ = ["page", "problem_page"]

# Times are written in UTC; with scripts enabled, browsers show them in the reader's time zone.
_SCRIPT = (
    "for(const e of document.querySelectorAll('time')){const d=new Date(e.dateTime);"
    "if(!isNaN(d)){e.title=e.textContent;"
    "e.textContent=d.toLocaleString([],{dateStyle:'medium',timeStyle:'short'})}}"
)
_HASH = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN_OF_HASH = 10
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pactape.broker.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = lambda text: f"{text[:16].replace('T', ' ')} UTC"
    environment.filters["short"] = _short
    environment.filters["query"] = lambda values: urlencode(
        [(name, value) for name, value in values.items() if value not in (None, "")]
    )
    environment.globals["labels"] = LABELS
    environment.globals["script"] = _SCRIPT
    return environment


def _short(text: str) -> str:
    """Return the beginning of a commit hash; other texts are not changed.

    Example:
        >>> _short("6b1f53303a732ccc8c6aae6640399827c15250e3"), _short("1.2.3")
        ('6b1f53303a…', '1.2.3')
    """
    return f"{text[:_SHOWN_OF_HASH]}…" if _HASH.fullmatch(text) else text


def page(template: str, call: Call, *, title: str, **values: Any) -> Response:
    """Return a page with its layout; `path(...)` in a template builds a URL from names."""
    return _render(template, base=call.request.base_url, title=title, here=call.request.path, **values)


def problem_page(problem: Problem, *, base_url: str) -> Response:
    """Return a page that shows a problem."""
    return _render(
        "problem.html", base=base_url, title="Problem", here="", status=problem.status, problem=problem
    )


def _render(template: str, *, base: str, status: int = 200, **values: Any) -> Response:
    def path(segments: Iterable[str]) -> str:
        return "/".join([base, *(quote(segment, safe="") for segment in segments)])

    text = _environment().get_template(template).render(base=base, path=path, **values)
    return Response(
        status=status,
        body=text.encode(),
        content_type="text/html;charset=utf-8",
        headers=(
            ("Content-Security-Policy", _POLICY),
            ("X-Frame-Options", "DENY"),
            ("Vary", "Accept"),
            ("Referrer-Policy", "no-referrer"),
        ),
    )
