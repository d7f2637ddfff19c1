"""Other recorders' files: each becomes exchanges, which every command then reads like a cassette.

A module for each format; `reading` finds the one that a file has, by its content.
"""

from pactape.recorders.line_streams import is_line_stream, read_line_stream
from pactape.recorders.reading import (
    READERS,
    read_if_recording,
    read_recording,
    reader_of,
)
from pactape.recorders.recording import ReadOptions, Recording, SkippedEntry

__all__ = [
    "READERS",
    "ReadOptions",
    "Recording",
    "SkippedEntry",
    "is_line_stream",
    "read_if_recording",
    "read_line_stream",
    "read_recording",
    "reader_of",
]
