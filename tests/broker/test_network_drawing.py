"""The drawing of who calls whom."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.broker.pages.network import lay_out

_calls = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.just("verified")), max_size=12
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_calls)
def test_no_two_boxes_of_the_drawing_overlap(calls: list[tuple[str, str, str]]) -> None:
    network = lay_out(calls)
    places = {(box.x, box.y) for box in network.boxes}
    assert len(places) == len(network.boxes) == len({name for call in calls for name in call[:2]})
    for box in network.boxes:
        assert box.x + box.width <= network.width
        assert box.y + box.height <= network.height
