"""The demo does what README says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_every_step_of_the_demo_does_what_it_should() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "storefront.demo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, "not as it should" in result.stdout) == (0, False), result.stdout
