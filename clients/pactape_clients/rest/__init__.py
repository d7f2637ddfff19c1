"""REST: explicit methods over declared route templates, typed results, cached reads, pages."""

from pactape_clients.rest._cached import CachedRoute
from pactape_clients.rest._client import RestClient
from pactape_clients.rest._pages import ByCursor, ByLink, ByNumber, Paging
from pactape_clients.rest._routes import Caching
from pactape_clients.retries import GENERATED, RetryPolicy
from pactape_clients.transport import TransportSettings

__all__ = [
    "GENERATED",
    "ByCursor",
    "ByLink",
    "ByNumber",
    "CachedRoute",
    "Caching",
    "Paging",
    "RestClient",
    "RetryPolicy",
    "TransportSettings",
]
