"""The write methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pactape_clients.caller_code.boundary import public

if TYPE_CHECKING:
    from typing import Unpack

    from pactape_clients.rest._options import WriteOptions

__all__ = ["_WriteMethods"]

T = TypeVar("T")


class _WriteMethods(ABC):
    """POST, PUT, PATCH and DELETE of `RestClient`."""

    @overload
    def post(self, template: str, *, returns: type[T], **options: Unpack[WriteOptions]) -> T: ...
    @overload
    def post(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any: ...
    @public
    def post(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any:
        """Create a resource, or make another call that is not idempotent; only repeated with an idempotency key.

        Args:
            template: The route template, as for `get`.
            returns: As for `get`.
            options: See `WriteOptions`.

        Raises:
            ClientError: As for `get`.

        Example:
            >>> import responses
            >>> from pactape_clients import RestClient
            >>> with responses.RequestsMock() as server:
            ...     _ = server.post("http://users.test/users", status=201, json={"id": "7"})
            ...     RestClient("http://users.test").post("/users", json={"name": "Ada"}, idempotency_key="k-1")
            {'id': '7'}
        """
        return self._write("POST", template, returns, options)

    @overload
    def put(self, template: str, *, returns: type[T], **options: Unpack[WriteOptions]) -> T: ...
    @overload
    def put(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any: ...
    @public
    def put(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any:
        """Replace a resource; arguments and errors as for `post`."""
        return self._write("PUT", template, returns, options)

    @overload
    def patch(self, template: str, *, returns: type[T], **options: Unpack[WriteOptions]) -> T: ...
    @overload
    def patch(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any: ...
    @public
    def patch(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any:
        """Change a resource; arguments and errors as for `post`."""
        return self._write("PATCH", template, returns, options)

    @overload
    def delete(self, template: str, *, returns: type[T], **options: Unpack[WriteOptions]) -> T: ...
    @overload
    def delete(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any: ...
    @public
    def delete(self, template: str, *, returns: Any = None, **options: Unpack[WriteOptions]) -> Any:
        """Delete a resource; arguments and errors as for `post`."""
        return self._write("DELETE", template, returns, options)

    @abstractmethod
    def _write(self, method: str, template: str, returns: Any, options: WriteOptions) -> Any:
        """Make the call, and return the response's value."""
