"""Reads other recorders' files as exchanges, so that every command can use them like cassettes.

Each format has a module; `reading` detects a file's format by its content.
"""

from pactape.recorders.line_streams import LineRange, is_line_stream, line_ranges, read_line_stream
from pactape.recorders.reading import (
    READERS,
    read_if_recording,
    read_recording,
    reader_of,
)
from pactape.recorders.recording import ReadOptions, Recording, SkippedEntry
from pactape.recorders.side_files import RecordingStates, recording_state
from pactape.recorders.source import file_bytes
from pactape.recorders.stub_files import in_recorded_order

__all__ = [
    "READERS",
    "LineRange",
    "ReadOptions",
    "Recording",
    "RecordingStates",
    "SkippedEntry",
    "file_bytes",
    "in_recorded_order",
    "is_line_stream",
    "line_ranges",
    "read_if_recording",
    "read_line_stream",
    "read_recording",
    "reader_of",
    "recording_state",
]
