"""`pactape verify` as a command: which contracts, which options together, and its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import BadInputError, PactapeError, ProviderUnreachableError

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
        ["passed      web: a", "users: 1 interaction: 1 passed"],
    )


def test_a_folder_of_contracts_may_be_named(tmp_path: Path, url: str) -> None:
    (tmp_path / "published").mkdir()
    write_pact(tmp_path / "published" / "a.json", interaction("a", "/a"))
    assert verify(tmp_path, str(tmp_path / "published"), "--url", url).exit_code == 0


def test_json_lists_every_verdict_of_a_passing_run(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/a"))
    document = json.loads(verify(tmp_path, str(path), "--url", url, "--format", "json").output)
    assert [(result["name"], result["outcome"]) for result in document["results"]] == [
        ("a", "passed"),
        ("b", "passed"),
    ]


def test_a_report_goes_to_a_file_and_text_to_standard_output(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    output = tmp_path / "report.xml"
    result = verify(tmp_path, str(path), "--url", url, "--format", "junit", "--output", str(output))
    assert output.read_text(encoding="utf-8").startswith("<?xml")
    assert result.output.splitlines()[-1] == "users: 1 interaction: 1 passed"


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


def test_the_only_contract_that_cannot_be_read_is_reported_with_the_reason(tmp_path: Path, url: str) -> None:
    (tmp_path / "pacts").mkdir()
    (tmp_path / "pacts" / "b.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"b\.json: is not a pact file"):
        verify(tmp_path, "--url", url, "--provider", "users")


def test_an_empty_folder_has_nothing_to_verify(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInputError, match="contains no pact"):
        verify(tmp_path, str(tmp_path), "--url", url)


def test_an_empty_folder_beside_a_contract_is_not_judged(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    (tmp_path / "empty").mkdir()
    result = verify(tmp_path, str(path), str(tmp_path / "empty"), "--url", url)
    assert (result.exit_code, "can't be read (a folder without pact files)" in result.output) == (2, True)


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


def several(root: Path, *arguments: str) -> tuple[int, str]:
    """Verify contracts of two providers, each at its own address."""
    for provider in ("users", "orders"):
        path = write_pact(root / f"{provider}.json", interaction(f"of {provider}", "/a"))
        path.write_text(path.read_text().replace('{"name": "users"}', f'{{"name": "{provider}"}}'))
    result = verify(root, *arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize("with_files", [True, False], ids=["files", "the folder"])
def test_several_providers_are_verified_at_their_own_addresses(
    tmp_path: Path, url: str, *, with_files: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\npacts = "."\n')
    files = ("users.json", "orders.json") if with_files else ()
    with running_provider({"/b": {}}) as other:
        urls = ("--url", f"users={url}", "--url", f"orders={other}")
        code, output = several(tmp_path, *(str(tmp_path / name) for name in files), *urls)
    assert (code, output.splitlines()[-1]) == (
        1,
        "users: 1 interaction: 1 passed; orders: 1 interaction: 1 failed",
    )


def test_a_provider_that_is_not_there_leaves_the_others_their_verdicts(tmp_path: Path, url: str) -> None:
    (tmp_path / "bad.json").write_text("{")
    code, output = several(
        tmp_path, str(tmp_path), "--url", "users=http://127.0.0.1:9", "--url", f"orders={url}"
    )
    assert code == 2
    assert [line for line in output.splitlines() if "NOT JUDGED" in line] == [
        f"NOT JUDGED  {tmp_path}/users.json",
        f"NOT JUDGED  {tmp_path}/bad.json",
    ]
    assert output.splitlines()[-1] == (
        "users: 0 interactions: none; 2 contracts could not be verified; orders: 1 interaction: 1 passed"
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["--url", "http://a.test", "--url", "http://b.test"],
            "several --url options must each name their provider",
        ),
        (
            ["--url", "users=http://a.test", "--url", "http://b.test"],
            "several --url options must each name their provider",
        ),
        (
            ["--url", "users=http://a.test", "--url", "users=http://b.test"],
            "is given twice for the provider 'users'",
        ),
        (["--provider", "a", "--url", "b=http://a.test"], "contradicts --provider a"),
        (["--url", "users=http://a", "--url", "orders=http://b", "--header", "A:b"], "would go to several"),
        (
            ["users.json", "orders.json", "--url", "users=http://a", "--url", "c=http://b"],
            "the provider 'orders'",
        ),
        (["users.json", "--url", "users=http://a", "--url", "c=http://b"], "a contract of the provider 'c'"),
        (
            ["users.json", "--provider", "orders", "--url", "http://a"],
            "of the provider 'users', not of 'orders'",
        ),
    ],
)
def test_addresses_that_contradict_each_other_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = several(tmp_path, *arguments)
    assert (code, text in output) == (2, True), output


def test_contracts_that_could_not_be_judged_are_counted(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    (tmp_path / "bad.json").write_text("{")
    result = verify(tmp_path, str(path), str(tmp_path / "bad.json"), "--url", url)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        2,
        "users: 1 interaction: 1 passed; 1 contract could not be verified",
    )


def test_filters_that_select_nothing_are_named(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    result = verify(tmp_path, str(path), "--url", url, "--filter-description", "^b")
    assert (result.exit_code, result.output) == (
        2,
        "users: 0 interactions: none, because no interaction matches the filters\n",
    )


def test_a_header_that_comes_twice_is_refused(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with pytest.raises(BadInputError, match="the header 'x-a' is given twice"):
        verify(tmp_path, str(path), "--url", url, "--header", "X-A: 1", "--header", "x-a: 2")


def test_a_placeholder_that_nothing_can_replace_is_refused(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    arguments = (str(path), "--url", url, "--header", "Authorization: Bearer ${NO_SUCH_TOKEN}")
    with pytest.raises(BadInputError, match="the environment variable 'NO_SUCH_TOKEN' is not set"):
        verify(tmp_path, *arguments)
    (tmp_path / "handlers.py").write_text('STATES = {"a user": lambda: {"NO_SUCH_TOKEN": "t"}}\n')
    assert verify(tmp_path, *arguments, "--states", "handlers:STATES").exit_code == 0
    monkeypatch.setenv("NO_SUCH_TOKEN", "t")
    assert verify(tmp_path, *arguments).exit_code == 0


@pytest.mark.parametrize("option", ["--filter-description", "--filter-state"])
def test_an_empty_filter_filters_nothing(tmp_path: Path, url: str, option: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/a"))
    result = verify(tmp_path, str(path), "--url", url, option, "")
    assert result.output.splitlines()[-1] == "users: 2 interactions: 2 passed"


def test_a_filter_that_the_verifier_does_not_understand_is_the_reason(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    result = verify(tmp_path, str(path), "--url", url, "--filter-description", "(?=a)a")
    assert (result.exit_code, "no look-around" in result.output) == (2, True), result.output


def test_one_file_under_two_names_is_verified_once(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    link = tmp_path / "link.json"
    link.symlink_to(path)
    result = verify(tmp_path, str(path), str(link), f"{tmp_path}/../{tmp_path.name}/a.json", "--url", url)
    assert result.output.splitlines()[-1] == "users: 1 interaction: 1 passed"


@pytest.mark.parametrize("query", ["?v=1", "#top"])
def test_a_base_url_with_a_query_or_fragment_is_refused(tmp_path: Path, url: str, query: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with pytest.raises(ProviderUnreachableError, match="has a query or a fragment"):
        verify(tmp_path, str(path), "--url", f"{url}/{query}")
