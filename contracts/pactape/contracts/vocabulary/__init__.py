"""The closed sets of texts that a provider publishes: enumerations of OpenAPI and GraphQL."""
