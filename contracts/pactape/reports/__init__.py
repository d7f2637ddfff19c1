"""Reports: what a command found, in the formats that people, CI systems and other tools read."""

from pactape.reports.model import Outcome, Report, ReportedResult
from pactape.reports.rendering import FORMATS, Format, render

__all__ = ["FORMATS", "Format", "Outcome", "Report", "ReportedResult", "render"]
