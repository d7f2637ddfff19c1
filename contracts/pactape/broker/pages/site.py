"""The pages, as the application uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.pages.views import (
    contracts,
    environments,
    graph,
    index,
    matrix,
    pacticipants,
    relations,
    webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.http.protocol.messages import Problem, Response
    from pactape.broker.http.protocol.routing import Route

__all__ = ["HtmlPages"]

_VIEWS = (index, graph, contracts, matrix, pacticipants, environments, webhooks, relations)


class HtmlPages:
    """All pages; Jinja2 is loaded with the first page that is shown, not at the broker's start."""

    @property
    def routes(self) -> Sequence[Route]:
        """The pages' routes."""
        return [route for view in _VIEWS for route in view.ROUTES]

    def problem(self, problem: Problem, *, base_url: str) -> Response:
        """Return a page that shows a problem."""
        from pactape.broker.pages.render import problem_page  # noqa: PLC0415 -- keeps the start fast

        return problem_page(problem, base_url=base_url)
