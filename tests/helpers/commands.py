"""Test helpers: the `pactape` command in this process, which spares each run the start of an interpreter."""

from __future__ import annotations

import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from typing import TYPE_CHECKING
from unittest.mock import patch

from pactape.cli import main

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run_command"]


def run_command(folder: Path, *arguments: str, given_input: bytes = b"") -> CompletedProcess[str]:
    """Run `pactape` with these arguments in a folder; claims about the process itself need a real one."""
    output, errors, code = _stream(), _stream(), 0
    with (
        chdir(folder),
        redirect_stdout(output),
        redirect_stderr(errors),
        patch.multiple(sys, argv=["pactape", *arguments], stdin=_stream(given_input)),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return CompletedProcess(["pactape", *arguments], code, _text(output), _text(errors))


def _stream(content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
