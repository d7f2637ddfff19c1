"""The reference system that Pactape is tried on: real HTTP services over PostgreSQL, and their consumers."""
