"""Generates Python models from JSON Schemas with datamodel-code-generator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, get_args

from pactape.imports import require_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MODEL_KINDS", "ModelKind", "generate_models"]

#: The kinds of models.
ModelKind = Literal["typeddict", "msgspec", "pydantic"]
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)
_MARK = "$starts-with-underscore$"
_HEADER = "# Written by `pactape models` from recordings; changes would be lost."


def generate_models(schemas: Mapping[str, dict[str, Any]], kind: ModelKind) -> str:
    """Return Python code with a model for each schema; the same schemas give the same code.

    Args:
        schemas: JSON Schemas by the name that the model gets.
        kind: TypedDicts, msgspec's Structs or pydantic's models.

    Raises:
        MissingExtraError: datamodel-code-generator isn't installed.
    """
    require_extra("models", "generating models", "datamodel_code_generator")
    from datamodel_code_generator import InputFileType, generate  # noqa: PLC0415 -- an extra, and slow to import
    from datamodel_code_generator.enums import DataModelType  # noqa: PLC0415 -- as above
    from datamodel_code_generator.format import Formatter, PythonVersion  # noqa: PLC0415 -- as above

    kinds = {
        "typeddict": DataModelType.TypingTypedDict,
        "msgspec": DataModelType.MsgspecStruct,
        "pydantic": DataModelType.PydanticV2BaseModel,
    }
    definitions = _marked(dict(schemas)) if kind == "typeddict" else dict(schemas)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "recorded", "version": "1"},
        "paths": {},
        "components": {"schemas": definitions},
    }
    code = generate(
        json.dumps(document),
        input_file_type=InputFileType.OpenAPI,
        output_model_type=kinds[kind],
        target_python_version=PythonVersion.PY_311,
        use_standard_collections=True,
        use_union_operator=True,
        disable_timestamp=True,
        custom_file_header=_HEADER,
        formatters=[Formatter.BUILTIN],
    )
    return f"{str(code).replace(_MARK, '').rstrip()}\n"


def _marked(schema: Any) -> Any:
    """Return the schema with a marker in front of each property name that starts with an underscore.

    The generator would write `field_links` for `_links`, and Python reads `__typename` within a class as another
    name. A marked name isn't an identifier, so the generator uses the TypedDict call with a dictionary, which
    has each name unchanged.
    """
    if isinstance(schema, list):
        return [_marked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    marked = {key: _marked(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        marked["properties"] = {_mark(name): _marked(value) for name, value in schema["properties"].items()}
        marked["required"] = [_mark(name) for name in schema.get("required", ())]
    return marked


def _mark(name: str) -> str:
    return f"{_MARK}{name}" if name.startswith("_") else name
