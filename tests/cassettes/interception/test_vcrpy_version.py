"""The range of vcrpy versions, at both of its ends."""

from __future__ import annotations

import pytest
from pactape.cassettes.interception.vcrpy_version import check_engine
from pactape.errors import VcrpyVersionError


@pytest.mark.parametrize("version", ["9.4.2", "9.99"])
def test_a_version_in_the_range_is_taken(version: str) -> None:
    check_engine(installed=version)


@pytest.mark.parametrize("version", ["9.2.0", "10.0.0", "8.5"])
def test_a_version_outside_of_the_range_is_refused_with_the_command_that_fixes_it(version: str) -> None:
    with pytest.raises(VcrpyVersionError, match=rf"vcrpy {version} is installed.*pip install \"vcrpy"):
        check_engine(installed=version)
