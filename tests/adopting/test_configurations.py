"""`vcr_config` fixtures are read however they put their options together; what can't be read is named."""

from __future__ import annotations

import ast

import pytest
from pactape.adopting.planning.old_configurations import config_options

BASE = "NAMES = ['x-one']\nMORE = [*NAMES, 'x-two']\nBASE = {'filter_headers': ['x-one']}\n"


@pytest.mark.parametrize(
    ("code", "secrets"),
    [
        ("def vcr_config(): return {'filter_headers': MORE}", "x-one x-two"),
        ("def vcr_config(): return {'filter_headers': NAMES + [('x-two', None)]}", "x-one x-two"),
        ("def vcr_config(): return {'filter_headers': [('x-one', lambda key, value, request: 1)]}", "x-one"),
        ("def vcr_config(): return {'filter_headers': [('x-one', MASK)]}", "x-one"),
        ("@pytest.fixture(name='vcr_config')\ndef _config(): return {'filter_headers': NAMES}", "x-one"),
        ("def vcr_config():\n    c = {}\n    c['filter_headers'] = NAMES\n    return c", "x-one"),
        (
            "def vcr_config():\n    c = BASE.copy()\n    c.update(filter_headers=MORE)\n    return c",
            "x-one x-two",
        ),
        (
            "def vcr_config():\n    c = dict(BASE)\n    c |= {'filter_headers': MORE}\n    return c",
            "x-one x-two",
        ),
        ("BASE['filter_headers'] = MORE\ndef vcr_config(): return BASE", "x-one x-two"),
        ("def vcr_config(): return copy.deepcopy(BASE)", "x-one"),
    ],
)
def test_names_that_a_configuration_hides_are_found(code: str, secrets: str) -> None:
    ((_, options),) = config_options(ast.parse(BASE + code))
    assert (options.secrets, options.problems) == (tuple(secrets.split()), ())


@pytest.mark.parametrize(
    "code",
    [
        "def vcr_config(): return {'filter_headers': names()}",
        "def vcr_config(): return {'filter_headers': [*names(), 'x-one']}",
        "def vcr_config():\n    c = dict(BASE)\n    c['filter_headers'].append(x)\n    return c",
        "def vcr_config():\n    c = dict(BASE)\n    if CI:\n        c['ignore_hosts'] = ['a.test']\n    return c",
    ],
)
def test_options_that_only_running_the_code_would_give_are_named_with_the_next_step(code: str) -> None:
    ((_, options),) = config_options(ast.parse(BASE + code))
    assert ["Next step:" in problem for problem in options.problems] == [True]


def test_a_record_mode_that_depends_on_something_has_no_counterpart_and_is_not_named() -> None:
    code = (
        "def vcr_config():\n    c = dict(BASE)\n    if CI:\n        c['record_mode'] = 'none'\n    return c"
    )
    ((_, options),) = config_options(ast.parse(BASE + code))
    assert (options.secrets, options.problems) == (("x-one",), ())
