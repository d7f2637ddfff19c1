"""A provider's routes from sources other than the recordings: its OpenAPI document and the client's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.client_literals import client_literals
from pactape.contracts.grouping.final_keys import KnownRoutes
from pactape.contracts.grouping.openapi import route_templates

if TYPE_CHECKING:
    from pactape.settings import ProviderSettings, Settings

__all__ = ["RouteKnowledge"]


class RouteKnowledge:
    """The routes of a project's providers from sources other than the recordings.

    Args:
        settings: The project's settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._literals = client_literals(settings.clients)

    def of(self, provider: ProviderSettings) -> KnownRoutes:
        """Return one provider's routes from sources other than the recordings.

        Raises:
            SettingsError: Its OpenAPI document can't be used.
        """
        templates = route_templates(provider.openapi).templates
        return KnownRoutes(templates=frozenset(templates), literals=self._literals)
