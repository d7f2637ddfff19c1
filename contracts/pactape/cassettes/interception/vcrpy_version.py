"""Checks that the version of vcrpy is supported; only pyproject.toml states the range."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from pactape.errors import VcrpyVersionError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["check_engine"]

_RANGE = re.compile(r"vcrpy(?:<(\d+),)?>=(\d+(?:\.\d+)*)(?:,<(\d+))?")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def check_engine(*, installed: str | None = None) -> None:
    """Check that the installed vcrpy is in the range that Pactape's distribution requires.

    Args:
        installed: The version of vcrpy; None for the installed one.

    Raises:
        VcrpyVersionError: It is outside the range: its internals, which replay relies on, may differ.

    Example:
        >>> check_engine()
    """
    requirement = _vcrpy_requirement()
    if requirement is None:
        return
    version = installed or metadata.version("vcrpy")
    if _is_in_plain_range(version, requirement):
        return
    from packaging.requirements import Requirement  # noqa: PLC0415 -- start-up time

    _check(version, Requirement(requirement))


def _check(version: str, requirement: Requirement) -> None:
    if not requirement.specifier.contains(version, prereleases=True):
        raise VcrpyVersionError(
            f"vcrpy {version} is installed, but Pactape requires vcrpy{requirement.specifier}",
            remedy=f'pip install "vcrpy{requirement.specifier}"',
        )


def _vcrpy_requirement() -> str | None:
    """Return the requirement of the distribution; None if Pactape isn't installed."""
    try:
        requirements = metadata.requires("pactape") or ()
    except metadata.PackageNotFoundError:
        return None
    return next((requirement for requirement in requirements if re.match(r"vcrpy\b(?!-)", requirement)), None)


def _is_in_plain_range(version: str, requirement: str) -> bool:
    """Return whether a plain release is in a range like ">=9.4.2,<10"; other cases are left to `packaging`."""
    match = _RANGE.fullmatch(requirement.replace(" ", ""))
    if match is None or not _RELEASE.fullmatch(version):
        return False
    limit, release = match[1] or match[3], _numbers(version)
    return limit is not None and _numbers(match[2]) <= release < (int(limit),)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
