"""The engine: which versions of vcrpy the cassettes stand on. The range is stated in pyproject.toml alone."""

from __future__ import annotations

from importlib import metadata

from packaging.requirements import Requirement

from pactape.errors import EngineError

__all__ = ["check_engine"]


def check_engine(*, installed: str | None = None) -> None:
    """Hold the installed vcrpy to the range that Pactape's own distribution requires.

    Args:
        installed: The version of vcrpy; None to ask the environment.

    Raises:
        EngineError: It is outside of the range: its inner parts, on which replay stands, may be different.

    Example:
        >>> check_engine()
    """
    needed = _needed()
    if needed is None:
        return
    version = installed or metadata.version("vcrpy")
    if not needed.specifier.contains(version, prereleases=True):
        raise EngineError(
            f"vcrpy {version} is installed, and Pactape records and replays with vcrpy{needed.specifier}",
            remedy=f'pip install "vcrpy{needed.specifier}"',
        )


def _needed() -> Requirement | None:
    """What the distribution says; None where Pactape runs without being installed."""
    try:
        required = map(Requirement, metadata.requires("pactape") or ())
    except metadata.PackageNotFoundError:
        return None
    return next((each for each in required if each.name == "vcrpy"), None)
