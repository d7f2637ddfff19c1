"""Arguments of `pactape verify`: which pact files to verify, and how."""
