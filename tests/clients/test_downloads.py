"""A download leaves the whole file or none, and whatever is wrong with its target is the caller's mistake."""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING, Any

import pytest
from pactape_clients import RestClient
from pactape_clients.errors import CallbackError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("target", ["", ".", "a\0b", "no/such/folder", 5, io.StringIO()])
def test_a_target_that_cannot_be_written_is_refused(
    serve: Any, response: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with serve(lambda _: response(body=b"x")) as server, pytest.raises(UsageError):
        RestClient(server.url).download("/x", target)
    assert list(tmp_path.iterdir()) == []


def test_a_target_whose_writing_raises_is_the_cause(serve: Any, response: Any) -> None:
    error = KeyError("disk")

    class Target(io.BytesIO):
        def write(self, _: Any) -> int:
            raise error

    with (
        serve(lambda _: response(body=b"x")) as server,
        pytest.raises(CallbackError, match="raised KeyError") as failure,
    ):
        RestClient(server.url).download("/x", Target())
    assert failure.value.__cause__ is error


def test_a_file_has_the_mode_of_every_new_file(serve: Any, response: Any, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    with serve(lambda _: response(body=b"x")) as server:
        RestClient(server.url).download("/x", tmp_path / "file")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "other")}
    assert len(modes) == 1


@pytest.mark.parametrize("charset", ["idna", "undefined", "rot13", "zzz", "base64"])
def test_a_charset_that_cannot_be_used_is_taken_for_utf_8(serve: Any, response: Any, charset: str) -> None:
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    with serve(lambda _: response(body="é".encode(), headers=headers)) as server:
        assert RestClient(server.url).get("/x", returns=str) == "é"


def test_a_method_is_ascii() -> None:
    with pytest.raises(UsageError):
        RestClient("http://127.0.0.1:1").request("GÉT", "/x")
