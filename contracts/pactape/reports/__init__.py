"""Reports: the findings of a command, in formats for people, CI systems and other tools."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pactape.reports.rendering import FORMATS, Format, render

if TYPE_CHECKING:
    from pactape.reports.model import Outcome, Report, ReportedResult

__all__ = ["FORMATS", "Format", "Outcome", "Report", "ReportedResult", "render"]

_OF_THE_MODEL = frozenset({"Outcome", "Report", "ReportedResult"})


def __getattr__(name: str) -> Any:
    """Import the model at its first use, because `--help` only needs the names of the formats."""
    if name not in _OF_THE_MODEL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("pactape.reports.model"), name)
