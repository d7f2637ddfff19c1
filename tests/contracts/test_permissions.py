"""Folders and files that the person who runs the command may not write or read."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from pactape.cli import main

from tests.contracts.helpers.command import CASSETTE, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody whom file permissions bind, which root is not."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project that everybody may read and only its owner may write."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "cassettes").mkdir()
        (root / "cassettes" / "users.yaml").write_text(CASSETTE, encoding="utf-8")
        (root / "pacts").mkdir()
        root.chmod(0o755)
        monkeypatch.chdir(root)
        run("derive")  # what is imported late is imported now, by somebody who may read it
        yield root
        for path in (root / "cassettes", root / "pacts"):
            path.chmod(0o755)


def run(*arguments: str) -> int | str | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["pactape", *arguments])
        with pytest.raises(SystemExit) as exit_info:
            main()
    return exit_info.value.code


def test_a_folder_without_write_permission_is_one_clear_error_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pacts" / "web-users.json").unlink()
    (project / "pacts").chmod(0o555)
    capsys.readouterr()
    with unprivileged():
        code = run("derive")
    error_output = capsys.readouterr().err
    assert (
        code,
        len(error_output.splitlines()),
        "pacts" in error_output,
        "Permission denied" in error_output,
    ) == (2, 1, True, True)
    assert list((project / "pacts").iterdir()) == []


def test_a_cassette_without_read_permission_is_one_clear_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "cassettes" / "users.yaml").chmod(0o000)
    capsys.readouterr()
    with unprivileged():
        code = run("derive")
    error_output = capsys.readouterr().err
    assert (
        code,
        len(error_output.splitlines()),
        "users.yaml" in error_output,
        "Permission denied" in error_output,
    ) == (
        2,
        1,
        True,
        True,
    )


def test_a_folder_of_cassettes_without_read_permission_is_named_with_the_true_cause(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "cassettes").chmod(0o000)
    capsys.readouterr()
    with unprivileged():
        code = run("derive")
    error_output = capsys.readouterr().err
    assert (code, "cassettes" in error_output, "Permission denied" in error_output) == (2, True, True)


def test_a_project_that_may_only_be_read_still_reports_its_content(project: Path) -> None:
    for path in (project, project / "cassettes", project / "pacts"):
        path.chmod(0o555)
    with unprivileged():
        code = run("derive")
    project.chmod(0o755)
    assert code == 0
