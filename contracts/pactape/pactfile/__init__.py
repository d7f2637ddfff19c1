"""The Pact file format: model, reading, versions, writing, file names, JSON paths."""

from pactape.pactfile.model import InteractionKind, Pact, PactInteraction
from pactape.pactfile.reading import decode_pact, is_pact_file, read_pact

__all__ = ["InteractionKind", "Pact", "PactInteraction", "decode_pact", "is_pact_file", "read_pact"]
