"""Adopting: migrating a project's tests and cassettes from pytest-recording, pytest-vcr or vcrpy."""

from pactape.adopting.carry_out import carry_out, settings_lines
from pactape.adopting.journal import Resumption, is_interrupted, resume
from pactape.adopting.moves import Plan
from pactape.adopting.plan import plan_adoption
from pactape.adopting.trial import Trial, try_out

__all__ = [
    "Plan",
    "Resumption",
    "Trial",
    "carry_out",
    "is_interrupted",
    "plan_adoption",
    "resume",
    "settings_lines",
    "try_out",
]
