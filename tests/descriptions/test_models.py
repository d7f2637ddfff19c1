"""`pactape models`: the models load what was recorded, have what is read, and type-check."""

from __future__ import annotations

import importlib.util
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import pydantic
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pactape.cli import command
from pactape.contracts.inference.joined_shape import shape_of
from pactape.descriptions.models import MODEL_KINDS, ModelKind, for_models, generate_models, response_schemas
from pactape.descriptions.openapi.schemas import schema_of
from pactape.settings import load_settings

from tests.helpers.examples import examples

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = itertools.count()
USERS: list[Any] = [
    {"id": 1, "class": "a", "first name": "Ada", "at": "2026-01-31T12:00:00Z", "owner": {"id": 1, "x": None}},
    {"id": 2, "class": "b", "first name": None, "at": "2026-01-31", "owner": {"id": "two"}, "tags": ["a", 1]},
]


def project(root: Path, *, reads: list[str] | None = None) -> Path:
    """Two users, a list of both, a failure, and a response that isn't JSON."""
    text = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "https://users.test"\n'
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    answers = [("/users/1", 200, USERS[0]), ("/users/2", 200, USERS[1]), ("/users", 200, USERS)]
    answers += [("/users/3", 404, {"error": "no such user"})]
    interactions = [
        {
            "request": {"method": "GET", "uri": f"https://users.test{path}", "body": None, "headers": {}},
            "response": {
                "status": {"code": status, "message": ""},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": json.dumps(body)},
            },
        }
        for path, status, body in answers
    ]
    document: dict[str, Any] = {"interactions": interactions, "version": 1}
    if reads is not None:
        document["pactape"] = {"version": 1, "calls": [None] * 4, "reads": [reads, reads, [], []]}
        document["pactape"] |= {"test": "t::users", "description": "reads users"}
    (root / "cassettes").mkdir()
    (root / "cassettes" / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return root


def module_of(code: str, folder: Path, name: str = "generated_models") -> ModuleType:
    path = (
        folder / f"{name}_{next(NUMBERS)}.py"
    )  # a file of its own: compiled ones are known by time and size
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load(kind: ModelKind, model: Any, value: Any) -> Any:
    data = json.dumps(value).encode()
    if kind == "pydantic":
        return pydantic.TypeAdapter(model).validate_json(data, strict=True)
    return msgspec.json.decode(data, type=model)


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_every_recorded_response_loads_into_its_model(tmp_path: Path, kind: ModelKind) -> None:
    (provider_schemas,) = response_schemas(load_settings(project(tmp_path)))
    module = module_of(generate_models(provider_schemas.schemas, kind), tmp_path)
    assert list(provider_schemas.schemas) == ["GetUsers", "GetUsersId"]
    for user in USERS:
        load(kind, module.GetUsersId, user)
    load(kind, module.GetUsers, USERS)


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_what_every_response_had_is_required(tmp_path: Path, kind: ModelKind) -> None:
    (provider_schemas,) = response_schemas(load_settings(project(tmp_path)))
    module = module_of(generate_models(provider_schemas.schemas, kind), tmp_path)
    lacking = {name: value for name, value in USERS[0].items() if name != "at"}
    with pytest.raises((msgspec.ValidationError, pydantic.ValidationError)):
        load(kind, module.GetUsersId, lacking)


def test_a_model_has_the_fields_that_tests_read(tmp_path: Path) -> None:
    (provider_schemas,) = response_schemas(load_settings(project(tmp_path, reads=["id", "owner.id"])))
    module = module_of(generate_models(provider_schemas.schemas, "typeddict"), tmp_path)
    assert set(get_type_hints(module.GetUsersId)) == {"id", "owner"}
    assert set(get_type_hints(module.GetUsersId)["owner"].__annotations__) == {"id"}
    (whole,) = response_schemas(load_settings(tmp_path), all_fields=True)
    assert sorted(whole.schemas["GetUsersId"]["properties"]) == sorted({*USERS[0], *USERS[1]})


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_the_same_recordings_give_the_same_code(tmp_path: Path, kind: ModelKind) -> None:
    project(tmp_path)
    arguments = ["models", "--kind", kind, "--project", str(tmp_path)]
    first = CliRunner().invoke(command, arguments)
    (tmp_path / "models.py").write_text(first.stdout, encoding="utf-8")
    second = CliRunner().invoke(command, [*arguments, "-o", str(tmp_path / "models.py")])
    assert (first.exit_code, second.exit_code, "2 models written" in second.output) == (0, 0, True)
    assert (tmp_path / "models.py").read_text(encoding="utf-8") == first.stdout


@pytest.mark.parametrize("name", ["_", "_links", "__typename", "field_", "class"])
@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_a_field_of_any_name_is_loaded_under_its_own_name(tmp_path: Path, kind: ModelKind, name: str) -> None:
    schema = for_models(schema_of(shape_of([{name: 1, "field_2": {name: "a"}}])))
    module = module_of(generate_models({"Model": schema}, kind), tmp_path)
    load(kind, module.Model, {name: 1, "field_2": {name: "a"}})
    with pytest.raises((msgspec.ValidationError, pydantic.ValidationError)):
        load(kind, module.Model, {name: "text", "field_2": {name: "a"}})


#: Keys are ASCII: msgspec doesn't find others of a TypedDict.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | st.text("ab-_ 1$", max_size=4),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text("ab-_ 1A", max_size=4), children, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.long
@pytest.mark.parametrize("kind", MODEL_KINDS)
@given(samples=st.lists(JSON, min_size=1, max_size=3))
@examples(25)
def test_any_json_values_load_into_the_model_of_their_shape(
    tmp_path: Path, kind: ModelKind, samples: list[Any]
) -> None:
    module = module_of(generate_models({"Model": for_models(schema_of(shape_of(samples)))}, kind), tmp_path)
    for sample in samples:
        load(kind, module.Model, sample)


@pytest.mark.long
def test_the_models_of_the_reference_system_type_check_strictly(tmp_path: Path) -> None:
    providers = response_schemas(load_settings(ROOT))
    assert len(providers) > 3
    for number, provider in enumerate(providers):
        for kind in MODEL_KINDS:
            code = generate_models(provider.schemas, kind)
            (tmp_path / f"models_{number}_{kind}.py").write_text(code, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", *map(str, tmp_path.glob("*.py"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert checked.returncode == 0, checked.stdout


def test_an_unknown_provider_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        command, ["models", "--provider", "orders", "--project", str(project(tmp_path))]
    )
    assert "no JSON response of this provider was recorded" in str(result.exception)


def test_several_providers_are_an_error_that_names_them(tmp_path: Path) -> None:
    root = project(tmp_path)
    text = (root / "cassettes" / "a.yaml").read_text(encoding="utf-8")
    (root / "cassettes" / "b.yaml").write_text(text.replace("users.test", "orders.test"), encoding="utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "web"\n', encoding="utf-8")
    result = CliRunner().invoke(command, ["models", "--project", str(root)])
    assert "Fix: name one with --provider: orders.test, users.test" in str(result.exception)
    assert (
        CliRunner().invoke(command, ["models", "--provider", "users.test", "--project", str(root)]).exit_code
        == 0
    )


def test_without_the_generator_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datamodel_code_generator", None)
    result = CliRunner().invoke(command, ["models", "--project", str(project(tmp_path))])
    assert "pip install 'pactape[models]'" in str(result.exception)


def test_a_damaged_recording_does_not_stop_the_others_and_only_damaged_ones_are_an_error(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    (root / "cassettes" / "broken.yaml").write_text("interactions: [", encoding="utf-8")
    assert CliRunner().invoke(command, ["models", "--project", str(root)]).exit_code == 0
    result = CliRunner().invoke(
        command, ["models", "--project", str(root), str(root / "cassettes" / "broken.yaml")]
    )
    assert "broken.yaml" in str(result.exception)
