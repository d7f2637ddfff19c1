"""The payments: authorizations, captures, refunds, and accounts."""
