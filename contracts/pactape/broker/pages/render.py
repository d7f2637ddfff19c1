"""Templates to answers: everything escaped, no script, nothing from another host."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from pactape.broker.http.protocol.messages import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.broker.http.protocol.messages import Call, Problem

__all__ = ["page", "problem_page"]

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
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
    environment.filters["moment"] = lambda text: text[:16].replace("T", " ")
    return environment


def page(template: str, call: Call, *, title: str, **values: Any) -> Response:
    """A page with its frame; `path(...)` in a template gives an address from names."""
    return _rendered(template, base=call.request.base_url, title=title, **values)


def problem_page(problem: Problem, *, base_url: str) -> Response:
    """What went wrong, for a browser."""
    return _rendered("problem.html", base=base_url, title="Problem", status=problem.status, problem=problem)


def _rendered(template: str, *, base: str, status: int = 200, **values: Any) -> Response:
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
