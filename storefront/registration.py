"""User registration: validation, e-mail check, creation, notification."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Protocol

import msgspec
from pactape_clients import RestClient
from pactape_clients.errors import ConflictError

if TYPE_CHECKING:
    from storefront.clients import NotificationClient

__all__ = [
    "FormValidator",
    "RegistrationClient",
    "RegistrationForm",
    "RegistrationResult",
    "UserRegistrationFlow",
]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHORTEST_PASSWORD = 8
_TAKEN = "Email already exists. Please use a different email."


class RegistrationForm(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The content of a registration form."""

    email: str
    password: str
    confirm_password: str
    name: str

    def __repr__(self) -> str:
        return f"RegistrationForm(email={self.email!r}, name={self.name!r})"


class Validation(msgspec.Struct, frozen=True, rename="camel"):
    """Whether a form is valid, and the error of each invalid field."""

    is_valid: bool
    errors: dict[str, str]


class RegisteredUser(msgspec.Struct, frozen=True):
    """The fields of a user that a registration reads."""

    id: str
    email: str
    name: str


class RegistrationResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a registration.

    Args:
        success: Whether a user was created.
        user: The new user.
        errors: The error of each invalid field.
    """

    success: bool
    user: RegisteredUser | None = None
    errors: dict[str, str] = {}


class _UserPage(msgspec.Struct, frozen=True):
    items: tuple[RegisteredUser, ...]


class RegistrationClient(RestClient):
    """The part of the users API that registration uses; takes the arguments of `RestClient`."""

    def check_email_exists(self, email: str) -> bool:
        """Return whether a user has this e-mail address.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        return bool(self.get("/users", query={"email": email}, returns=_UserPage).items)

    def create_user(self, *, email: str, password: str, name: str) -> RegisteredUser:
        """Create a user.

        Raises:
            ConflictError: The e-mail address is taken.
            ClientError: As for `RestClient.post`.
        """
        content = {"email": email, "password": password, "name": name}
        return self.post("/users", json=content, returns=RegisteredUser)


class Validator(Protocol):
    """A form validator that makes no requests."""

    def validate_form(self, form: RegistrationForm) -> Validation:
        """Validate a form."""


class FormValidator:
    """Validates forms by the users API's rules, and compares the password with its confirmation."""

    def validate_form(self, form: RegistrationForm) -> Validation:
        """Validate a form."""
        wrong = {
            "email": "" if _EMAIL.fullmatch(form.email) else "write an e-mail address",
            "password": ""
            if len(form.password) >= _SHORTEST_PASSWORD
            else f"write at least {_SHORTEST_PASSWORD} characters",
            "confirmPassword": "" if form.confirm_password == form.password else "write the same password",
            "name": "" if form.name.strip() else "write a name",
        }
        errors = {field: message for field, message in wrong.items() if message}
        return Validation(is_valid=not errors, errors=errors)


class UserRegistrationFlow:
    """Registers users.

    Args:
        users: Creates users.
        notifications: Notifies people of the outcome.
        validation: Validates the form.
    """

    def __init__(
        self, users: RegistrationClient, notifications: NotificationClient, validation: Validator
    ) -> None:
        self._users = users
        self._notifications = notifications
        self._validation = validation

    def register(self, form: RegistrationForm) -> RegistrationResult:
        """Register a user, and notify them of the outcome.

        Raises:
            ClientError: A service fails or is not reachable.
        """
        validation = self._validation.validate_form(form)
        if not validation.is_valid:
            return RegistrationResult(success=False, errors=validation.errors)
        if self._users.check_email_exists(form.email):
            return self._refusal(form)
        try:
            user = self._users.create_user(email=form.email, password=form.password, name=form.name)
        except ConflictError:  # another registration took the address meanwhile
            return self._refusal(form)
        message = f"Registration successful! Welcome, {user.name}!"
        self._notifications.show_success(user.email, message, key=f"registration:{user.id}")
        return RegistrationResult(success=True, user=user)

    def _refusal(self, form: RegistrationForm) -> RegistrationResult:
        self._notifications.show_error(form.email, _TAKEN, key=f"registration:{uuid.uuid4()}")
        return RegistrationResult(success=False, errors={"email": _TAKEN})
