"""The methods that change something, and what they make stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from pactape_clients.retries import idempotency_key_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.retries import Generated

__all__ = ["Writes"]

T = TypeVar("T")


class Writes:
    """What `RestClient` has of them."""

    @overload
    def post(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: type[T],
        forgets: tuple[str, ...] = (),
        idempotency_key: str | Generated | None = None,
    ) -> T: ...
    @overload
    def post(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
        idempotency_key: str | Generated | None = None,
    ) -> Any: ...
    def post(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
        idempotency_key: str | Generated | None = None,
    ) -> Any:
        """Create, or do something else that is not idempotent. It is made again only with an idempotency key.

        Args:
            template: As for `get`.
            path: As for `get`.
            json: The body, anything that msgspec can encode; None sends none.
            headers: More request headers.
            returns: As for `get`.
            forgets: Keys of cached reads that this makes stale; may hold the template's placeholders. Reads of the
                same path are forgotten anyway (RFC 9111 section 4.4), also when no answer came.
            idempotency_key: Sent as Idempotency-Key, the same in every attempt; GENERATED makes one.

        Raises:
            ClientError: As for `get`.
        """
        key = idempotency_key_for(idempotency_key)
        more = dict(headers or {}) | ({} if key is None else {"Idempotency-Key": key})
        return self._write("POST", template, path, json=json, headers=more, returns=returns, forgets=forgets)

    @overload
    def put(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: type[T],
        forgets: tuple[str, ...] = (),
    ) -> T: ...
    @overload
    def put(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any: ...
    def put(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any:
        """Replace; arguments and errors as for `post`."""
        return self._write(
            "PUT", template, path, json=json, headers=headers, returns=returns, forgets=forgets
        )

    @overload
    def patch(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: type[T],
        forgets: tuple[str, ...] = (),
    ) -> T: ...
    @overload
    def patch(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any: ...
    def patch(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any:
        """Change; arguments and errors as for `post`."""
        return self._write(
            "PATCH", template, path, json=json, headers=headers, returns=returns, forgets=forgets
        )

    @overload
    def delete(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        returns: type[T],
        forgets: tuple[str, ...] = (),
    ) -> T: ...
    @overload
    def delete(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any: ...
    def delete(
        self,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        returns: Any = None,
        forgets: tuple[str, ...] = (),
    ) -> Any:
        """Delete; arguments and errors as for `post`."""
        return self._write(
            "DELETE", template, path, json=None, headers=headers, returns=returns, forgets=forgets
        )

    def _write(
        self,
        method: str,
        template: str,
        path: Mapping[str, object] | None,
        *,
        json: Any,
        headers: Mapping[str, str] | None,
        returns: Any,
        forgets: tuple[str, ...],
    ) -> Any:
        raise NotImplementedError
