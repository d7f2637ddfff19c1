"""`[tool.pactape]`: defaults, values, and refusals that say what would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pactape.errors import SettingsError
from pactape.settings import find_root, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, text: str) -> Path:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return root


def test_a_project_without_settings_has_defaults(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, '[project]\nname = "shop"\n'))
    assert (settings.consumer, settings.cassettes, settings.pacts, dict(settings.providers)) == (
        "shop",
        tmp_path / "cassettes",
        tmp_path / "pacts",
        {},
    )


def test_a_folder_without_a_pyproject_toml_lends_its_name_to_the_consumer(tmp_path: Path) -> None:
    assert load_settings(tmp_path).consumer == tmp_path.name


def test_a_provider_is_named_by_its_key_unless_it_has_a_name(tmp_path: Path) -> None:
    text = '[tool.pactape.providers.users]\nurl = "https://api.example.com/v1/"\n'
    users = load_settings(write(tmp_path, text)).providers["users"]
    assert (users.name, users.url, users.host) == ("users", "https://api.example.com/v1", "api.example.com")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.pactape]\ncassete = "x"\n', r"unknown setting 'cassete'.*did you mean 'cassettes'\?"),
        (
            "[tool.pactape]\nquux = 1\n",
            r"unknown setting 'quux'.*cassettes, clients, consumer, consumers, ",
        ),
        ("[tool.pactape]\ncassettes = 5\n", r"\[tool\.pactape\]: Expected `str`, got `int`.*\$\.cassettes"),
        ("tool = { pactape = 5 }\n", r"\[tool\.pactape\]: Expected `object`"),
        ('[tool.pactape.providers.users]\nurl = "users"\n', r"url = 'users' is not an absolute http"),
        ("[tool.pactape.providers.users]\n", r"missing required field `url`"),
        ('[tool.pactape.providers.users]\nurl = "http://u"\nstate = "x"\n', r"did you mean 'states'\?"),
        ("[tool.pactape\n", r"is not valid TOML .*line 1"),
        ('[tool.pactape.providers.users]\nurl = "http://[::1"\n', r"is not an absolute http"),
        ('[tool.pactape.providers.users]\nurl = "http://h:99999"\n', r"is not an absolute http"),
        ('[tool.pactape]\nconsumer = ""\n', r"\[tool\.pactape\] consumer is empty"),
        ('[tool.pactape]\npacts = " "\n', r"\[tool\.pactape\] pacts is empty"),
        ('[tool.pactape]\nexclude = ["a", ""]\n', r"\[tool\.pactape\] exclude is empty"),
        ('[tool.pactape.scrub]\nnames = [""]\n', r"\[tool\.pactape\.scrub\] names is empty"),
        ('[tool.pactape.providers.users]\nurl = "http://u"\nname = ""\n', r"providers\.users\] is empty"),
        (
            '[tool.pactape]\nignore_hosts = ["http://a.test"]\n',
            r"ignore_hosts has 'http://a\.test', which is not a",
        ),
        ('[tool.pactape.match.hosts."a b"]\nbody = "ignore"\n', r"hosts has 'a b', which is not a host"),
        ('[tool.pactape.hygiene]\nmax_age = { "a/b" = "9d" }\n', r"max_age has 'a/b', which is not a host"),
        ('[tool.pactape.hygiene]\nfail_on = ["old"]\n', r"write one of 'expired', 'unused'"),
        ('[tool.pactape.severities]\nsecret = "loud"\n', r"write one of 'breaking', 'warning'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message) as refusal:
        load_settings(write(tmp_path, text))
    assert str(refusal.value).startswith(str(tmp_path / "pyproject.toml"))


def test_hosts_may_have_ports_patterns_and_ipv6_addresses(tmp_path: Path) -> None:
    hosts = ("127.0.0.1:8000", "*.internal", "[::1]:80", "xn--bcher-kva.test", "_a.test")
    text = f"[tool.pactape]\nignore_hosts = {json.dumps(hosts)}\n"
    assert load_settings(write(tmp_path, text)).ignore_hosts == hosts


def test_the_root_is_the_nearest_folder_with_our_table(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "inner"
    inner.mkdir(parents=True)
    write(tmp_path, "[tool.pactape]\n")
    write(inner, '[project]\nname = "inner"\n')
    assert find_root(inner) == tmp_path


def test_without_our_table_the_root_is_the_nearest_project(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(tmp_path, '[project]\nname = "outer"\n')
    write(inner, '[project]\nname = "inner"\n')
    assert find_root(inner) == inner


@pytest.mark.parametrize("name", ["pytest.toml", "pytest.ini", "setup.cfg", "setup.py", "tox.ini"])
def test_without_a_pyproject_the_root_is_where_another_tool_is_configured(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "tests" / "api"
    inner.mkdir(parents=True)
    (tmp_path / name).touch()
    assert find_root(inner, working_folder=inner) == tmp_path


def test_without_any_configuration_the_root_is_the_working_folder_above(tmp_path: Path) -> None:
    inner, elsewhere = tmp_path / "tests" / "api", tmp_path / "elsewhere"
    inner.mkdir(parents=True)
    assert (find_root(inner, working_folder=tmp_path), find_root(inner, working_folder=elsewhere)) == (
        tmp_path,
        inner,
    )


@pytest.mark.parametrize("text", ["tool = 1\n", "project = 1\n", "[project]\nname = 5\n"])
def test_tables_that_are_none_count_as_absent(tmp_path: Path, text: str) -> None:
    root = write(tmp_path, text)
    assert (find_root(root), load_settings(root).consumer) == (tmp_path, tmp_path.name)


CONSUMERS = """[tool.pactape]
consumer = "web"
[tool.pactape.consumers.orders]
cassettes = "cassettes/orders"
[tool.pactape.consumers.refunds]
name = "shop-refunds"
cassettes = "cassettes/orders/refunds"
"""


@pytest.mark.parametrize(
    ("cassette", "consumer"),
    [
        ("cassettes/a.yaml", "web"),
        ("cassettes/orders-old/a.yaml", "web"),
        ("cassettes/orders/a.yaml", "orders"),
        ("cassettes/orders/x/a.yaml", "orders"),
        ("cassettes/orders/refunds/a.yaml", "shop-refunds"),
    ],
)
def test_a_cassette_is_of_the_consumer_with_the_deepest_folder_around_it(
    tmp_path: Path, cassette: str, consumer: str
) -> None:
    settings = load_settings(write(tmp_path, CONSUMERS))
    assert settings.consumer_of(tmp_path / cassette) == consumer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.pactape.consumers.a]\nname = "a"\n', r"missing required field `cassettes`"),
        ('[tool.pactape.consumers.a]\ncassetes = "x"\n', r"did you mean 'cassettes'\?"),
        (
            '[tool.pactape.consumers.a]\ncassettes = "x"\n[tool.pactape.consumers.b]\ncassettes = "x/"\n',
            r"consumers\.b\] has the same cassettes as \[tool\.pactape\.consumers\.a\]",
        ),
    ],
)
def test_a_consumer_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text))
