"""What all providers share: problem bodies, JSON content, tokens, idempotency keys, migrations, provider states."""
