"""Settings of a project: its name from any build tool, which provider is meant, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pactape.errors import SettingsError
from pactape.settings import Settings, load_settings, settings_of

if TYPE_CHECKING:
    from pathlib import Path


def load(root: Path, text: str) -> Settings:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "shop"\n'),
        ("pyproject.toml", '[tool.flit.metadata]\nmodule = "shop"\n'),
        ("setup.cfg", "[metadata]\nname = shop\n"),
        ("setup.py", "import setuptools\nsetuptools.setup(version='1', name='shop')\n"),
    ],
)
def test_the_consumer_has_the_name_of_the_project(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).consumer == "shop"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.py", "def ("),
        ("setup.py", "setup(name=NAME)\n"),
        ("setup.cfg", "no section"),
        ("setup.cfg", "[other]\n"),
    ],
)
def test_a_file_without_a_name_keeps_that_of_the_folder(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).consumer == tmp_path.name


PROVIDERS = """
[tool.pactape.providers.users]
name = "user-service"
url = "http://users.test"
[tool.pactape.providers.orders]
url = "http://orders.test"
"""


@pytest.mark.parametrize(
    ("name", "key"), [("users", "users"), ("user-service", "users"), ("orders", "orders")]
)
def test_a_provider_is_meant_by_its_key_or_its_name(tmp_path: Path, name: str, key: str) -> None:
    assert load(tmp_path, PROVIDERS).provider(name).key == key


def test_the_only_provider_needs_no_name(tmp_path: Path) -> None:
    assert (
        load(tmp_path, '[tool.pactape.providers.users]\nurl = "http://users.test"\n').provider(None).key
        == "users"
    )


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        (PROVIDERS, None, r"several providers are configured.*name one of orders, users with --provider"),
        (PROVIDERS, "usres", r"has no provider 'usres'.*did you mean 'users'\?"),
        ("", None, r"no provider is configured.*add \[tool\.pactape\.providers\.KEY\]"),
    ],
)
def test_an_ambiguous_provider_is_an_error(tmp_path: Path, text: str, name: str | None, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(tmp_path, text).provider(name)


def test_the_settings_of_a_file_are_those_of_the_nearest_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\nconsumer = "outer"\n', encoding="utf-8")
    inner = tmp_path / "svc" / "tests"
    inner.mkdir(parents=True)
    (tmp_path / "svc" / "pyproject.toml").write_text('[tool.pactape]\nconsumer = "inner"\n', encoding="utf-8")
    module = inner / "test_a.py"
    module.write_text("", encoding="utf-8")
    assert (settings_of(module).consumer, settings_of(inner).consumer, settings_of(tmp_path).consumer) == (
        "inner",
        "inner",
        "outer",
    )


def test_recordings_expire_by_host(tmp_path: Path) -> None:
    text = '[tool.pactape.hygiene.max_age]\ndefault = "90d"\n"api.example.com" = "7d"\n'
    hygiene = load(tmp_path, text).hygiene
    assert (hygiene.limits_age, hygiene.max_age_of("api.example.com"), hygiene.max_age_of("other")) == (
        True,
        timedelta(days=7),
        timedelta(days=90),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[tool.pactape.hygiene]\nmax_age = "soon"\n', "is not a number of days"),
        ('[tool.pactape.scrub]\npatterns = ["("]\n', "is not a regular expression"),
        ('[tool.pactape.scrub]\npatterns = ["a*"]\n', "matches an empty text"),
        ('[tool.pactape]\nclients = ["gone"]\n', "doesn't exist"),
        (
            '[tool.pactape.broker]\nurl = "https://ann:pw@broker.example.com"\n',
            "contains a user or a password",
        ),
        ('[tool.pactape.broker]\nurl = "broker"\n', "is not an absolute http or https URL"),
        ('[tool.pactape]\nspecification = "V5"\n', "write one of 'V3', 'V4'"),
        ('[tool.pactape.match.hosts."a.test"]\nunheard = 1\n', "unheard"),
    ],
)
def test_a_value_that_can_not_be_used_is_refused_with_what_would_do(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(tmp_path, text)


def test_the_consumer_of_a_cassette_is_that_of_the_deepest_folder(tmp_path: Path) -> None:
    text = (
        '[tool.pactape]\nconsumer = "web"\n[tool.pactape.consumers.orders]\ncassettes = "cassettes/orders"\n'
    )
    settings = load(tmp_path, text)
    own, other = settings.cassettes / "a.yaml", settings.cassettes / "orders" / "a.yaml"
    assert (settings.consumer_of(own), settings.consumer_of(other)) == ("web", "orders")
