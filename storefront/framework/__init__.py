"""What the providers share: problems, content, tokens, idempotency keys, migrations, provider states."""
