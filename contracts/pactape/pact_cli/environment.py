"""The environment that the official tools get: no usage tracking, and no proxy for this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CREDENTIALS", "tool_environment", "without_loopback_proxy"]

#: The variables that hold a broker's credentials.
CREDENTIALS = ("PACT_BROKER_TOKEN", "PACT_BROKER_USERNAME", "PACT_BROKER_PASSWORD")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def without_loopback_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which requests to this machine go past any proxy.

    Example:
        >>> without_loopback_proxy({"HTTP_PROXY": "http://proxy:3128"})["NO_PROXY"]
        'localhost,127.0.0.1,::1'
    """
    changed = dict(environment)
    listed = changed.get("no_proxy") or changed.get("NO_PROXY") or ""
    hosts = [part.strip() for part in listed.split(",") if part.strip()]
    exempt = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
    return changed | {"NO_PROXY": exempt, "no_proxy": exempt}


def tool_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an official tool that reaches the broker through our relay, without credentials."""
    changed = without_loopback_proxy(environment) | {"PACT_DO_NOT_TRACK": "true"}
    return {name: value for name, value in changed.items() if name not in CREDENTIALS}
