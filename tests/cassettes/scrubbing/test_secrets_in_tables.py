"""Secrets whose names are elsewhere: at the head of a table, in a statement of SQL, next to a login."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.scrubbing.replacing.placeholders import is_mask, is_placeholder
from pactape.cassettes.scrubbing.scrubber import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "marigold"
ROWS = [["ada", PASSWORD], ["bob", PASSWORD, "more"], ["eve"]]
KUBECONFIG = f"kind: Config\nusers:\n- name: ada\n  user:\n    token: {PASSWORD}\n"
DOCUMENTS: dict[str, object] = {
    "rows below columns": {"columns": ["name", "password"], "rows": ROWS},
    "rows before columns": {"data": ROWS, "columns": ["name", "password"], "index": [0, 1]},
    "columns with types": {"fields": [{"name": "name"}, {"name": "password", "type": "s"}], "values": ROWS},
    "columns with titles": {"data": {"cols": [{"title": "name"}, {"title": "password"}], "rows": ROWS}},
    "types of rows": {"meta": [{"name": "name"}, {"name": "password", "type": "String"}], "data": ROWS},
    "a row that is not inserted twice": {"q": "INSERT IGNORE INTO u (password) VALUES ('marigold')"},
    "a row with a call": {"q": 'UPSERT INTO u (at, password) VALUES (now(), "marigold")'},
    "an inserted row": {"sql": "INSERT INTO users (name, password) VALUES ('ada', 'marigold')"},
    "a row with an escaped quotation mark": {"q": r"INSERT INTO u (a, password) VALUES ('O\'B', 'marigold')"},
    "a row with a backslash at an end": {"q": r"INSERT INTO u (a, password) VALUES ('C:\', 'marigold')"},
    "a statement in small and large letters": {"q": "Insert Into u (password)\r\nValues\t('marigold')"},
    "inserted rows": {
        "q": f"insert into `a`.users(id, `pwd`) values\n(1, '{PASSWORD}'), (now, N'{PASSWORD}');"
    },
    "a list of columns next to another list": {"meta": ["a"], "columns": ["a", "password"], "rows": ROWS},
    "a key with a number": {"credentials": {"key_id": 42, "key": PASSWORD}},
    "a password below credentials": {"credentials": {"login": "ada", "value": PASSWORD}},
    "a change of a password": {"changes": {"password": {"from": PASSWORD, "to": f"{PASSWORD}s"}}},
    "an option of a site": {"option_name": "smtp_password", "option_value": PASSWORD},
}
HARMLESS: dict[str, object] = {
    "columns without secrets": {"columns": ["name", "color"], "rows": ROWS},
    "fields that are no table": {"fields": {"password": True}, "data": ROWS, "headers": []},
    "a statement without secrets": {"sql": "INSERT INTO users (name, color) VALUES ('ada', 'marigold')"},
    "a statement with parameters": {"sql": "INSERT INTO users (name, password) VALUES (?, crypt($1))"},
    "a period": {"changes": {"due": {"from": "marigold", "to": "tulip"}}},
}


def scrubbed(document: object) -> str:
    """A document in JSON after scrubbing."""
    return Scrubber().body(json.dumps(document).encode(), "application/json").decode()


@pytest.mark.parametrize("padding", [0, 140_000], ids=["small", "large"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_secret_whose_name_is_elsewhere_is_replaced(name: str, padding: int) -> None:
    clean = scrubbed({"document": DOCUMENTS[name], "padding": ["lorem ipsum"] * (padding // 12)})
    assert PASSWORD not in clean
    assert "scrubbed" in clean


@pytest.mark.parametrize("padding", [0, 140_000], ids=["small", "large"])
@pytest.mark.parametrize("name", HARMLESS)
def test_a_value_without_such_a_name_stays(name: str, padding: int) -> None:
    document = {"document": HARMLESS[name], "padding": ["lorem ipsum"] * (padding // 12)}
    assert json.loads(scrubbed(document)) == document


@pytest.mark.parametrize("value", ["marigold", "'marigold, tulip'", "'marigold''s'", '"marigold}, tulip"'])
def test_a_pair_in_an_object_of_yaml_on_one_line_is_replaced(value: str) -> None:
    text = f"db: {{user: ada, password: {value}}}\nx: 1\n"
    clean = Scrubber().body(text.encode(), "application/yaml").decode()
    quote = value[0] if value[0] in "\"'" else ""
    assert clean == text.replace(value, f"{quote}scrubbed{quote}")


def test_a_password_behind_a_label_in_bold_letters_is_replaced() -> None:
    text = (
        "<li><b>User:</b> ada</li><li><b>Password:</b> Marigold-77x</li><li><b>Password:</b> as before</li>"
    )
    assert Scrubber().body(text.encode(), "text/html").decode() == text.replace("Marigold-77x", "scrubbed")


def test_only_the_cells_of_a_secret_s_column_are_replaced() -> None:
    clean = json.loads(scrubbed({"columns": ["name", "password"], "rows": ROWS}))
    assert clean["rows"] == [["ada", "scrubbed"], ["bob", "scrubbed", "more"], ["eve"]]


def test_quotation_marks_in_an_inserted_row_stay_doubled() -> None:
    text = "INSERT INTO users (name, password) VALUES ('O''Hara', 'it''s-7'), ('x', 'y7')"
    clean = Scrubber().text(text)
    assert clean == "INSERT INTO users (name, password) VALUES ('O''Hara', 'scrubbed'), ('x', 'scrubbed-2')"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("encode", [str, _base64])
def test_a_configuration_stays_one(encode: Callable[[str], str]) -> None:
    clean = json.loads(scrubbed({"kubeconfig": encode(KUBECONFIG)}))["kubeconfig"]
    assert clean == encode(KUBECONFIG.replace(PASSWORD, "scrubbed"))


def test_a_long_token_in_a_configuration_keeps_its_claims() -> None:
    claims = _base64(json.dumps({"sub": "ada", "note": "lorem ipsum " * 40})).rstrip("=")
    header = _base64(json.dumps({"alg": "RS256", "kid": "1"})).rstrip("=")
    text = f"users:\n- user:\n    token: {header}.{claims}.{'aB3dE5fG7h' * 9}\n"
    token = Scrubber().text(text).rpartition(" ")[2].rstrip("\n")
    assert is_placeholder(token)
    assert "lorem ipsum lorem" in base64.b64decode(token.split(".")[1] + "==").decode()


def test_a_private_key_with_escaped_line_breaks_is_replaced_once() -> None:
    scrubber = Scrubber()
    clean = scrubber.text(r"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----")
    assert len(scrubber.replaced) == 1
    assert Scrubber().text(clean) == clean


@pytest.mark.parametrize("mask", ["$encrypted$", "##MAIL_KEY##", "@@MAIL_KEY@@", "[parameters('key')]"])
def test_a_marked_variable_is_a_mask(mask: str) -> None:
    assert is_mask(mask)


def test_a_masked_password_before_a_host_stays_escaped() -> None:
    assert Scrubber().url("https://ada:%2A%2A%2A%2A@a.test/b") == "https://ada:%2A%2A%2A%2A@a.test/b"
