"""REST: explicit methods for declared route templates, typed results, cached reads, paging."""

from pactape_clients.encoding.parameters import ParameterStyle
from pactape_clients.rest._cached import CachedRoute
from pactape_clients.rest._client import RestClient
from pactape_clients.rest._options import ClientOptions, ReadOptions, WriteOptions
from pactape_clients.rest._pages import ByCursor, ByLink, ByNextUrl, ByNumber, Paging
from pactape_clients.rest._replies import Reply
from pactape_clients.rest._routes import Caching
from pactape_clients.retries import GENERATED, RetryPolicy
from pactape_clients.settings import TransportSettings
from pactape_clients.wire import Upload

__all__ = [
    "GENERATED",
    "ByCursor",
    "ByLink",
    "ByNextUrl",
    "ByNumber",
    "CachedRoute",
    "Caching",
    "ClientOptions",
    "Paging",
    "ParameterStyle",
    "ReadOptions",
    "Reply",
    "RestClient",
    "RetryPolicy",
    "TransportSettings",
    "Upload",
    "WriteOptions",
]
