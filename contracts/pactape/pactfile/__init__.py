"""The Pact file format: model, reading, versions, writing, naming, JSON paths."""
