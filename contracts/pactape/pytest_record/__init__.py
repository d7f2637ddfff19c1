"""The pytest plugin for consumers: records and replays cassettes for tests."""
