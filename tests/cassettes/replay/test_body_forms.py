"""Whatever library sends a body in whatever form: it is recorded as sent, scrubbed, replays; its contract holds."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.contracts import derive, write_contracts
from pactape.exchange import Request
from pactape.http_bodies import content_type, multipart_parts
from pactape.matching import RequestMatcher
from pactape.settings import load_settings
from pactape.verification import verify_in_process, verify_provider

from tests.cassettes.replay.helpers.body_forms import BODILESS, FORMS, OPENED, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.cassettes.conftest import Provider


def fields_of(kind: str, body: bytes) -> set[str]:
    """The names of the fields in a body, read as a strict provider reads it."""
    if kind.startswith("multipart/"):
        parts = multipart_parts(body, kind)
        assert all(b"--" not in part.data for part in parts)
        return {part.name for part in parts}
    if kind.startswith("application/x-www-form-urlencoded"):
        return set(parse_qs(body.decode(), strict_parsing=True, keep_blank_values=True))
    return set(json.loads(body)) if kind.startswith("application/json") else set()


def answer(kind: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """The answer of a provider that demands a name and a password, or no body at all."""
    names: set[str] = set()
    with suppress(ValueError, AssertionError):
        names = fields_of(kind, body)
    status = 201 if not body or {"name", "password"} <= names else 422
    return status, {"Content-Type": "application/json"}, json.dumps({"fields": len(names)}).encode()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same provider without a socket."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/b/k.json":
        checksum = environ.get("HTTP_X_AMZ_CHECKSUM_CRC32")
        is_right = checksum in {None, base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()}
        start_response("200 OK" if is_right else "400 BadDigest", [("ETag", '"1"')])
        return [b""]
    status, headers, data = answer(environ.get("CONTENT_TYPE", ""), body)
    start_response(f"{status} Answer", list(headers.items()))
    return [data]


@pytest.fixture(autouse=True)
def _storage(provider: Provider) -> Iterator[None]:
    """S3 answers an upload with no body; other uploads are read strictly."""
    provider.routes["/b/k.json"] = lambda _body: (200, {"ETag": '"1"'}, b"")
    provider.routes["/x"] = lambda body: answer(provider.received[-1][0], body)
    yield
    while OPENED:
        OPENED.pop().close()


def contracts_of(root: Path, url: str) -> list[Path]:
    """The contracts that the cassettes of a project give; nothing may be left out."""
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "{url}"\n'
    )
    derivation = derive(load_settings(root))
    assert (list(derivation.exclusions), list(derivation.problems)) == ([], [])
    return list(write_contracts(derivation, root / "pacts"))


every_form = pytest.mark.parametrize("form", FORMS)
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)


@every_form
def test_a_body_is_recorded_as_the_bytes_and_the_content_type_that_were_sent(
    tmp_path: Path, provider: Provider, form: str
) -> None:
    send, make = FORMS[form]
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        send(f"{provider.url}/x", make("Ada", ""))
    (request,) = [exchange.request for exchange in read_cassette(tmp_path / "c.yaml")]
    kind, body = provider.received[-1]
    assert (content_type(request.headers), request.body) == (kind, body)


@every_form
def test_a_body_is_scrubbed_and_replays(tmp_path: Path, provider: Provider, form: str) -> None:
    send, make = FORMS[form]
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = send(f"{provider.url}/x", make("Ada", SECRET))
    assert SECRET in provider.received[-1][1].decode("latin-1")
    assert SECRET not in (tmp_path / "c.yaml").read_text("latin-1")
    hits = provider.hits.total()
    with use_cassette(tmp_path / "c.yaml"):
        replayed = send(f"{provider.url}/x", make("Ada", "another-Secret-91"))
    assert (replayed, provider.hits.total()) == (recorded, hits)


@every_form
def test_the_contract_of_a_recording_accepts_its_request_and_is_kept_by_its_provider(
    tmp_path: Path, provider: Provider, form: str
) -> None:
    send, make = FORMS[form]
    with use_cassette(tmp_path / "cassettes" / "c.yaml", mode=RecordMode.ALL):
        send(f"{provider.url}/x", make("Ada", SECRET))
    pacts = contracts_of(tmp_path, provider.url)
    (result,) = verify_in_process(pacts, app=application, states={}).results
    assert result.failures == ()
    (interaction,) = json.loads(pacts[0].read_bytes())["interactions"]
    with use_cassette(tmp_path / "again.yaml", mode=RecordMode.ALL) as cassette:
        send(f"{provider.url}/x", make("Ada", "another-Secret-91"))
    (live,) = [exchange.request for exchange in read_cassette(cassette.file)]
    kind, body = provider.received[-1]
    headers = tuple((name, value) for name, value in live.headers if name.lower() != "content-type")
    again = Request(method=live.method, url=live.url, headers=(*headers, ("Content-Type", kind)), body=body)
    assert [str(mismatch) for mismatch in RequestMatcher(interaction["request"]).mismatches(again)] == []


@pytest.mark.long
def test_the_official_verifier_finds_the_contracts_of_all_forms_kept(
    tmp_path: Path, provider: Provider
) -> None:
    for number, (send, make) in enumerate(FORMS.values()):
        root = tmp_path / str(number)
        with use_cassette(root / "cassettes" / "c.yaml", mode=RecordMode.ALL):
            send(f"{provider.url}/x", make("Ada", SECRET))
        pacts = contracts_of(root, provider.url)
        (root / "pacts").rename(tmp_path / f"pacts-{number}")
        (result,) = verify_provider(
            [tmp_path / f"pacts-{number}" / pact.name for pact in pacts], url=provider.url, states={}
        ).results
        assert (list(FORMS)[number], result.failures) == (list(FORMS)[number], ())


@pytest.mark.parametrize("library", BODILESS)
def test_no_body_is_recorded_as_none_replays_and_its_contract_is_kept(
    tmp_path: Path, provider: Provider, library: str
) -> None:
    send, options = BODILESS[library]
    path = tmp_path / "cassettes" / "c.yaml"
    with use_cassette(path, mode=RecordMode.ALL):
        recorded = send(f"{provider.url}/x", options)
    assert [exchange.request.body for exchange in read_cassette(path)] == [b""]
    with use_cassette(path):
        assert send(f"{provider.url}/x", options) == recorded
    assert verify_in_process(contracts_of(tmp_path, provider.url), app=application, states={}).passed


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(form=st.sampled_from(sorted(FORMS)), name=names, other=names)
def test_only_the_same_content_is_answered(
    tmp_path_factory: pytest.TempPathFactory, provider: Provider, form: str, name: str, other: str
) -> None:
    send, make = FORMS[form]
    path = tmp_path_factory.mktemp("forms") / "c.yaml"
    with use_cassette(path, mode=RecordMode.ALL):
        send(f"{provider.url}/x", make(name, SECRET))
    with use_cassette(path, mode=RecordMode.NEW_EPISODES) as cassette:
        send(f"{provider.url}/x", make(other, SECRET))
    assert bool(cassette.player.live_interactions) == (name != other)
