"""The users API: a provider over REST and GraphQL, guarded by OAuth 2.0."""
