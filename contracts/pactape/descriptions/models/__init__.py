"""Models of the response fields that a project reads, as Python code."""

from pactape.descriptions.models.generating import MODEL_KINDS, ModelKind, generate_models
from pactape.descriptions.models.response_schemas import ResponseSchemas, for_models, response_schemas

__all__ = ["MODEL_KINDS", "ModelKind", "ResponseSchemas", "for_models", "generate_models", "response_schemas"]
