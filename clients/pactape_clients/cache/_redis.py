"""Placeholder."""


class RedisCache: ...
