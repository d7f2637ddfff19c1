"""The drawing of who calls whom."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.broker.pages.network import is_readable, lay_out, neighbourhood

_calls = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.just("verified")), max_size=12
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_calls, st.sampled_from([None, "a", "b", "z"]))
def test_no_two_boxes_of_the_drawing_overlap(calls: list[tuple[str, str, str]], centre: str | None) -> None:
    calls = neighbourhood(calls, centre, depth=3) if centre else calls
    network = lay_out(calls, centre=centre)
    places = {(box.x, box.y) for box in network.boxes}
    assert len(places) == len(network.boxes) == len({name for call in calls for name in call[:2]})
    for box in network.boxes:
        assert box.x + box.width <= network.width
        assert box.y + box.height <= network.height


def test_callers_stand_to_the_left_of_the_centre_and_what_it_calls_to_its_right() -> None:
    calls = [("web", "users", ""), ("app", "web", ""), ("users", "mail", ""), ("app", "users", "")]
    places = {box.name: box.x for box in lay_out(calls, centre="users").boxes}
    assert places["app"] == places["web"] < places["users"] < places["mail"]


def test_a_long_chain_takes_no_more_columns_than_fit_on_a_page() -> None:
    chain = [(f"s{number:02}", f"s{number + 1:02}", "verified") for number in range(30)]
    network = lay_out(chain)
    assert len({box.x for box in network.boxes}) == 7
    assert network.width < 1600
    beside = [arrow for arrow in network.arrows if arrow.consumer == "s00"]
    assert "C" in beside[0].path


def test_many_services_with_few_calls_are_readable() -> None:
    pairs = [(f"c{number}", f"p{number}", "failed") for number in range(30)]
    assert is_readable(pairs)
    assert not is_readable([(f"c{number}", f"p{other}", "") for number in range(30) for other in range(30)])
    assert not is_readable([])
