"""Sends requests to one server, with tokens, redirects, retries and one deadline per call."""

from pactape_clients.settings import TransportSettings
from pactape_clients.transport._requests import OutgoingRequest
from pactape_clients.transport._transport import Judge, Transport

__all__ = ["Judge", "OutgoingRequest", "Transport", "TransportSettings"]
