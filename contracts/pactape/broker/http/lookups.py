"""Looking up the records that a request's path names; a missing one is a 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.protocol.messages import not_found
from pactape.broker.store import pacticipants, results
from pactape.broker.store.pacts import publishing

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Publication, Result

__all__ = ["require_content", "require_pacticipant", "require_publication", "require_result"]

_LONGEST_NUMBER = 10  # digits of a database integer


def require_pacticipant(call: Call, name: str | None = None) -> Pacticipant:
    """Return the pacticipant of this name, by default the name in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    pacticipant_name = call.path["pacticipant"] if name is None else name
    pacticipant = pacticipants.find_pacticipant(call.connection, pacticipant_name)
    if pacticipant is None:
        raise not_found(f"Pacticipant {pacticipant_name}")
    return pacticipant


def require_publication(call: Call) -> Publication:
    """Return the publication for the consumer version in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    consumer, provider, version = (call.path[name] for name in ("consumer", "provider", "version"))
    publication = publishing.find_publication(
        call.connection, consumer=consumer, provider=provider, version=version
    )
    if publication is None:
        raise not_found(f"A pact between {consumer} ({version}) and {provider}")
    return publication


def require_content(call: Call) -> Publication:
    """Return the latest publication of the content in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    consumer, provider, sha = (call.path[name] for name in ("consumer", "provider", "sha"))
    publication = publishing.publication_of_content(
        call.connection, consumer=consumer, provider=provider, sha=sha
    )
    if publication is None:
        raise not_found(f"A pact between {consumer} and {provider} with the content {sha}")
    return publication


def require_result(call: Call, publication: Publication) -> Result:
    """Return the verification result of a publication by the number in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    number = call.path["number"]
    result = (
        results.find_result(call.connection, publication.content_id, int(number))
        if number.isdecimal() and len(number) < _LONGEST_NUMBER
        else None
    )
    if result is None:
        raise not_found(f"Verification result {number}")
    return result
