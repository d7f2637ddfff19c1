"""`pactape verify` as a command: which contracts, which options together, and its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError, PactapeError

from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def url() -> Iterator[str]:
    with running_provider({"/a": {"id": 7}}) as url:
        yield url


def verify(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(command, ["verify", "--project", str(root), *arguments])
    if isinstance(result.exception, PactapeError):
        raise result.exception
    return result


def test_a_contract_names_its_provider_so_that_no_settings_are_needed(tmp_path: Path, url: str) -> None:
    (tmp_path / "pacts").mkdir()
    write_pact(tmp_path / "pacts" / "web-users.json", interaction("a", "/a", {"id": 7}))
    result = verify(tmp_path, "--url", url)
    assert (result.exit_code, result.output.splitlines()) == (
        0,
        ["passed      web: a", "users: 1 interactions: 1 passed"],
    )


def test_a_folder_of_contracts_may_be_named(tmp_path: Path, url: str) -> None:
    (tmp_path / "published").mkdir()
    write_pact(tmp_path / "published" / "a.json", interaction("a", "/a"))
    assert verify(tmp_path, str(tmp_path / "published"), "--url", url).exit_code == 0


def test_json_lists_every_verdict_of_a_passing_run(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/a"))
    document = json.loads(verify(tmp_path, str(path), "--url", url, "--format", "json").output)
    assert [(each["name"], each["outcome"]) for each in document["results"]] == [
        ("a", "passed"),
        ("b", "passed"),
    ]


def test_a_report_goes_to_a_file_and_text_to_standard_output(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    output = tmp_path / "report.xml"
    result = verify(tmp_path, str(path), "--url", url, "--format", "junit", "--output", str(output))
    assert output.read_text(encoding="utf-8").startswith("<?xml")
    assert result.output.splitlines()[-1] == "users: 1 interactions: 1 passed"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--select", "latest"), "--select requires --from-broker"),
        (("--publish-as", "1"), "--publish-as requires --from-broker"),
        (("--tag", "a"), "--tag requires --from-broker"),
        (("--no-pending",), "--no-pending requires --from-broker"),
        (("--filter-state", "("), "is not a regular expression"),
        (("--from-broker", "--include-wip-since", "soon", "--provider", "users"), "is not a date"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, url: str, arguments: tuple[str, ...], text: str
) -> None:
    files = (
        [] if "--from-broker" in arguments else [str(write_pact(tmp_path / "a.json", interaction("a", "/a")))]
    )
    broker = ["--broker-url", "http://127.0.0.1:9"] if "--from-broker" in arguments else []
    result = verify(tmp_path, *files, *broker, "--url", url, *arguments)
    assert (result.exit_code, text in result.output) == (2, True), result.output


@pytest.mark.parametrize("header", ["nonsense", ": x", "Bad Name: x", "X-A: a\nb"])
def test_a_header_that_cannot_be_sent_is_refused(tmp_path: Path, url: str, header: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with pytest.raises(BadInputError, match="--header"):
        verify(tmp_path, str(path), "--url", url, "--header", header)


def test_a_folder_of_contracts_of_several_providers_needs_a_name(tmp_path: Path, url: str) -> None:
    (tmp_path / "pacts").mkdir()
    write_pact(tmp_path / "pacts" / "a.json", interaction("a", "/a"))
    other = write_pact(tmp_path / "pacts" / "b.json", interaction("b", "/a"))
    other.write_text(other.read_text(encoding="utf-8").replace('"users"', '"orders"'), encoding="utf-8")
    with pytest.raises(BadInputError, match="contracts of several providers"):
        verify(tmp_path, "--url", url)
    assert verify(tmp_path, "--url", url, "--provider", "orders").output.startswith("passed      web: b")


def test_a_file_that_cannot_be_read_may_be_this_provider_s(tmp_path: Path, url: str) -> None:
    (tmp_path / "pacts").mkdir()
    write_pact(tmp_path / "pacts" / "a.json", interaction("a", "/a"))
    (tmp_path / "pacts" / "b.json").write_text("{", encoding="utf-8")
    assert verify(tmp_path, "--url", url).exit_code == 2


def test_an_empty_folder_has_nothing_to_verify(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInputError, match="contains no pact"):
        verify(tmp_path, str(tmp_path), "--url", url)


def test_contracts_of_a_broker_take_no_files(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    result = verify(tmp_path, str(path), "--url", url, "--from-broker")
    assert (result.exit_code, "takes no pact files" in result.output) == (2, True)


def test_a_broker_s_requests_need_a_url(tmp_path: Path) -> None:
    result = verify(tmp_path, "--from-broker", "--provider", "users", "--broker-url", "http://127.0.0.1:9")
    assert (result.exit_code, "requires --url" in result.output) == (2, True)


def test_a_file_that_cannot_be_read_is_named_before_the_others_are_verified(tmp_path: Path, url: str) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    good = write_pact(tmp_path / "good.json", interaction("a", "/a"))
    result = verify(tmp_path, str(tmp_path / "bad.json"), str(good), "--url", url)
    assert (result.exit_code, "passed      web: a" in result.output, "bad.json" in result.output) == (
        2,
        True,
        True,
    )
