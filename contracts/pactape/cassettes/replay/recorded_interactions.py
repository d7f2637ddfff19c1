"""Returns the interactions of a cassette in the form in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.format.writing import RecordedInteraction
from pactape.cassettes.replay.parsed_cache import unpacked_request, unpacked_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.cassettes.replay.replay_cassette import ReplayCassette
    from pactape.cassettes.scrubbing.filters import RecordingFilter

__all__ = ["recorded_interactions"]


def recorded_interactions(
    player: ReplayCassette,
    recording_filter: RecordingFilter,
    reads: Mapping[int, tuple[str, ...] | None],
    *,
    start: int,
) -> list[RecordedInteraction]:
    """Return the interactions from a position on; new ones without secrets that were found later.

    Args:
        player: The cassette.
        recording_filter: The filter that replaced the secrets of the recording.
        reads: The response fields that the test read, by position; None for all.
        start: The position of the first interaction.
    """
    interactions: list[RecordedInteraction] = []
    for index, ((packed, packed_response), call) in enumerate(zip(player.data, player.calls, strict=True)):
        if index < start:
            continue
        request, response = unpacked_request(packed), unpacked_response(packed_response)
        if index >= player.loaded_count:
            request, response = recording_filter.with_later_secrets(request, response)
        interactions.append(
            RecordedInteraction(request=request, response=response, call=call, reads=reads.get(index))
        )
    return interactions
