"""The registration of users: validation, e-mail check, creation, notification."""

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
    """What somebody typed who wants to be a user."""

    email: str
    password: str
    confirm_password: str
    name: str

    def __repr__(self) -> str:
        return f"RegistrationForm(email={self.email!r}, name={self.name!r})"


class Validation(msgspec.Struct, frozen=True, rename="camel"):
    """Whether a form can be used, and what is wrong with which field."""

    is_valid: bool
    errors: dict[str, str]


class RegisteredUser(msgspec.Struct, frozen=True):
    """A user, as far as a registration reads one."""

    id: str
    email: str
    name: str


class RegistrationResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a registration.

    Args:
        success: Whether there is a new user.
        user: Who that is.
        errors: What is wrong with which field.
    """

    success: bool
    user: RegisteredUser | None = None
    errors: dict[str, str] = {}


class _Found(msgspec.Struct, frozen=True):
    items: tuple[RegisteredUser, ...]


class RegistrationClient(RestClient):
    """The users API, as far as a registration needs it; arguments as for `RestClient`."""

    def check_email_exists(self, email: str) -> bool:
        """Whether a user has this e-mail address.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        return bool(self.get("/users", query={"email": email}, returns=_Found).items)

    def create_user(self, *, email: str, password: str, name: str) -> RegisteredUser:
        """Create a user.

        Raises:
            ConflictError: The e-mail address is taken.
            ClientError: As for `RestClient.post`.
        """
        content = {"email": email, "password": password, "name": name}
        return self.post("/users", json=content, returns=RegisteredUser)


class Validator(Protocol):
    """What checks a form before anybody is asked."""

    def validate_form(self, form: RegistrationForm) -> Validation:
        """Whether it can be used."""


class FormValidator:
    """Checks forms by what the users API demands, and that the password was typed twice."""

    def validate_form(self, form: RegistrationForm) -> Validation:
        """What is wrong with a form."""
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
        users: Where they are created.
        notifications: Where people are told how it went.
        validation: Checks the form.
    """

    def __init__(
        self, users: RegistrationClient, notifications: NotificationClient, validation: Validator
    ) -> None:
        self._users = users
        self._notifications = notifications
        self._validation = validation

    def register(self, form: RegistrationForm) -> RegistrationResult:
        """Register a user, and tell them how it went.

        Raises:
            ClientError: A service doesn't answer, or not as it should.
        """
        checked = self._validation.validate_form(form)
        if not checked.is_valid:
            return RegistrationResult(success=False, errors=checked.errors)
        if self._users.check_email_exists(form.email):
            return self._refused(form)
        try:
            user = self._users.create_user(email=form.email, password=form.password, name=form.name)
        except ConflictError:  # somebody was quicker
            return self._refused(form)
        message = f"Registration successful! Welcome, {user.name}!"
        self._notifications.show_success(user.email, message, key=f"registration:{user.id}")
        return RegistrationResult(success=True, user=user)

    def _refused(self, form: RegistrationForm) -> RegistrationResult:
        self._notifications.show_error(form.email, _TAKEN, key=f"registration:{uuid.uuid4()}")
        return RegistrationResult(success=False, errors={"email": _TAKEN})
