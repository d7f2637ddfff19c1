"""Every interaction of every contract has exactly one verdict, by the official verifier's own reports."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import BadInputError, ProviderUnreachableError
from pactape.verification import InteractionFilter, Verdict, VerificationOptions, verify_provider

from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.verification import Verification

#: A matching rule whose path the official verifier refuses.
UNREADABLE = {"body": {"$['']": {"matchers": [{"match": "number"}], "combine": "AND"}}}


def by_description(verification: Verification) -> dict[str, Verdict]:
    return {result.description: result.verdict for result in verification.results}


def test_each_kind_of_report_has_its_verdict(tmp_path: Path) -> None:
    path = write_pact(
        tmp_path / "web-users.json",
        interaction("passes", "/ok", {"id": 7}),
        interaction("has another status", "/missing"),
        interaction("has another body", "/ok", {"id": 8}),
        interaction("is pending and fails", "/missing", pending=True),
        interaction("is pending and passes", "/ok", pending=True),
        interaction("is cut off", "/closes"),
        interaction("needs a state", "/ok", providerStates=[{"name": "no such state"}]),
        interaction("is pending and needs a state", "/ok", pending=True, providerStates=[{"name": "none"}]),
    )
    with running_provider({"/ok": {"id": 7}, "/closes": None}) as url:
        verification = verify_provider([path], url=url, states={})
    assert by_description(verification) == {
        "passes": Verdict.PASSED,
        "has another status": Verdict.FAILED,
        "has another body": Verdict.FAILED,
        "is pending and fails": Verdict.PENDING,
        "is pending and passes": Verdict.PASSED,
        "is cut off": Verdict.NOT_JUDGED,
        "needs a state": Verdict.NOT_JUDGED,
        "is pending and needs a state": Verdict.PENDING,
    }
    assert (sum(verification.counts().values()), verification.exit_code) == (8, 2)


@pytest.mark.parametrize(
    ("answer", "is_pending", "exit_code"),
    [({"id": 7}, False, 0), ({"id": 8}, False, 1), ({"id": 8}, True, 0), (None, False, 2)],
)
def test_the_exit_code_follows_from_the_verdicts(
    tmp_path: Path, answer: Any, *, is_pending: bool, exit_code: int
) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", {"id": 7}, pending=is_pending))
    with running_provider({"/a": answer}) as url:
        assert verify_provider([path], url=url, states={}).exit_code == exit_code


def test_a_contract_that_the_verifier_cannot_load_is_named_and_does_not_stop_the_others(
    tmp_path: Path,
) -> None:
    good = write_pact(tmp_path / "good.json", interaction("a", "/a"))
    response = interaction("b", "/a")["response"] | {"matchingRules": UNREADABLE}
    bad = write_pact(tmp_path / "bad.json", interaction("a", "/a", response=response))
    with running_provider({"/a": {}}) as url:
        verification = verify_provider([bad, good], url=url, states={})
    assert [(result.contract, result.verdict) for result in verification.results] == [
        (str(bad), Verdict.NOT_JUDGED),
        (str(good), Verdict.PASSED),
    ]
    assert (verification.exit_code, [result.contract for result in verification.unjudged]) == (2, [str(bad)])


def test_a_file_that_is_not_a_pact_does_not_stop_the_others(tmp_path: Path) -> None:
    good = write_pact(tmp_path / "good.json", interaction("a", "/a"))
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with running_provider({"/a": {}}) as url:
        verification = verify_provider([tmp_path / "bad.json", good], url=url, states={})
    assert (by_description(verification), verification.exit_code) == ({"a": Verdict.PASSED}, 2)


def test_equal_interactions_of_two_files_have_a_verdict_each(tmp_path: Path) -> None:
    paths = [write_pact(tmp_path / f"{name}.json", interaction("a", "/a")) for name in ("one", "two")]
    with running_provider({"/a": {}}) as url:
        results = verify_provider(paths, url=url, states={}).results
    assert [(result.contract, result.verdict) for result in results] == [
        (str(path), Verdict.PASSED) for path in paths
    ]


def test_a_provider_that_is_too_slow_is_named_with_its_seconds(tmp_path: Path) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/slow"), interaction("b", "/ok"))
    with running_provider({"/slow": 3.0, "/ok": {}}) as url:
        options = VerificationOptions(timeout=1)
        slow, fast = verify_provider([path], url=url, states={}, options=options).results
    assert (slow.verdict, fast.verdict) == (Verdict.NOT_JUDGED, Verdict.PASSED)
    assert "did not respond within 1 s" in slow.failures[0]


@pytest.mark.long
def test_a_state_handler_that_is_too_slow_is_named_with_its_seconds(tmp_path: Path) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", providerStates=[{"name": "a slow state"}]))
    released = threading.Event()
    states = {"a slow state": lambda: released.wait(20)}
    with running_provider({"/a": {}}) as url:
        options = VerificationOptions(timeout=1)
        (result,) = verify_provider([path], url=url, states=states, options=options).results
    released.set()
    assert result.verdict is Verdict.NOT_JUDGED
    assert "the handler of the provider state 'a slow state' took" in result.failures[0]


@pytest.mark.parametrize(
    ("selection", "descriptions"),
    [
        (InteractionFilter(description="^a"), ["a"]),
        (InteractionFilter(state="exists"), ["b"]),
        (InteractionFilter(consumers=("mobile",)), ["c"]),
        (InteractionFilter(), ["a", "b", "c"]),
    ],
)
def test_filters_select_interactions(
    tmp_path: Path, selection: InteractionFilter, descriptions: list[str]
) -> None:
    states = [{"name": "a user exists"}]
    paths = [
        write_pact(
            tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/a", providerStates=states)
        ),
        write_pact(tmp_path / "c.json", interaction("c", "/a"), consumer="mobile"),
    ]
    with running_provider({"/a": {}}) as url:
        options = VerificationOptions(filter=selection)
        verification = verify_provider(paths, url=url, states={"a user exists": dict}, options=options)
    assert ([result.description for result in verification.results], verification.exit_code) == (
        descriptions,
        0,
    )


def test_headers_take_values_of_provider_states_and_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "from-the-environment")
    states = {"ann": lambda: {"token": "ann's"}, "bob": lambda: {"token": "bob's"}}
    path = write_pact(
        tmp_path / "a.json",
        *(interaction(name, f"/{name}", providerStates=[{"name": name}]) for name in states),
    )
    received: list[tuple[str, dict[str, str]]] = []
    headers = {"Authorization": "Bearer ${token}", "X-Key": "${API_KEY}"}
    with running_provider({"/ann": {}, "/bob": {}}, received=received) as url:
        assert verify_provider([path], url=url, states=states, headers=headers).passed
    assert {
        (target, request_headers["authorization"], request_headers["x-key"])
        for target, request_headers in received
    } == {
        ("/ann", "Bearer ann's", "from-the-environment"),
        ("/bob", "Bearer bob's", "from-the-environment"),
    }


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own authority, as test environments have."""
    folder = tmp_path_factory.mktemp("tls")
    file, key = folder / "certificate.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(file),
    ]
    name = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *name], check=True, capture_output=True, timeout=60)
    return file, key


def test_an_https_provider_is_verified_with_a_ca_file_or_without_verification(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", {"id": 7}))
    with running_provider({"/a": {"id": 7}}, certificate=certificate) as url:
        for options in (VerificationOptions(ca_file=certificate[0]), VerificationOptions(is_insecure=True)):
            assert verify_provider([path], url=url, states={}, options=options).passed
        with pytest.raises(ProviderUnreachableError, match=r"certificate can't be verified.*--ca-file"):
            verify_provider([path], url=url, states={})


def test_a_ca_file_without_a_certificate_is_the_error(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    options = VerificationOptions(ca_file=certificate[1])
    with (
        running_provider({"/a": {}}, certificate=certificate) as url,
        pytest.raises(BadInputError, match=r"key.*can't be read as certificates in PEM"),
    ):
        verify_provider([path], url=url, states={}, options=options)


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with running_provider({"/a": {}}) as url:
        assert verify_provider([path], url=url, states={}).passed


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "localhost", "ftp://127.0.0.1"])
def test_a_url_without_a_scheme_is_refused_with_what_to_write(tmp_path: Path, url: str) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with pytest.raises(ProviderUnreachableError, match="http://"):
        verify_provider([path], url=url, states={})


def test_progress_is_reported(tmp_path: Path) -> None:
    counts: list[int] = []
    path = write_pact(tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/a"))
    with running_provider({"/a": {}}) as url:
        verify_provider([path], url=url, states={}, on_progress=counts.append)
    assert counts == [1, 2]
