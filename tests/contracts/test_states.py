"""Provider-state handlers: found by name, called with parameters, or refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.states import load_states, set_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "our_states.py").write_text("STATES = {'all is well': dict}\nNUMBER = 5\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_handlers_are_imported_by_their_reference(project: Path) -> None:
    assert load_states("our_states:STATES", root=project) == {"all is well": dict}


def test_without_a_reference_there_are_no_handlers(tmp_path: Path) -> None:
    assert load_states(None, root=tmp_path) == {}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no_such_module:STATES", "can't be imported"),
        ("our_states", "doesn't name a mapping"),
        ("our_states:NOTHING", "doesn't name a mapping"),
        ("our_states:NUMBER", "doesn't name a mapping"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(project: Path, reference: str, message: str) -> None:
    with pytest.raises(ProviderStateError, match=message):
        load_states(reference, root=project)


def test_a_handler_gets_the_state_s_parameters_as_keywords() -> None:
    assert set_up(ProviderState(name="a user exists", parameters={"id": "1"}), {"a user exists": dict}) == {
        "id": "1"
    }


def test_a_state_without_a_handler_names_those_there_are() -> None:
    with pytest.raises(
        ProviderStateError, match=r"no handler sets up the provider state 'a user'.*a user exists"
    ):
        set_up(ProviderState(name="a user"), {"a user exists": dict})


def test_a_handler_that_fails_is_named_with_its_place() -> None:
    def handler(*, number: str) -> int:
        return int(number)

    with pytest.raises(ProviderStateError, match=r"test_states\.py:\d+: .*failed: ValueError"):
        set_up(ProviderState(name="a count", parameters={"number": "x"}), {"a count": handler})
