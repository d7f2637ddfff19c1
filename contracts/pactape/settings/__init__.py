"""The settings in `[tool.pactape]` of pyproject.toml; every setting has a default that suits a first run."""

from pactape.pyproject_file import find_root
from pactape.settings.loading import load_settings, settings_of
from pactape.settings.models import (
    BrokerSettings,
    ConsumerSettings,
    HostMatchSettings,
    HygieneKind,
    HygieneSettings,
    MatchSettings,
    ProviderSettings,
    RecordingSource,
    ScrubSettings,
    Settings,
)

__all__ = [
    "BrokerSettings",
    "ConsumerSettings",
    "HostMatchSettings",
    "HygieneKind",
    "HygieneSettings",
    "MatchSettings",
    "ProviderSettings",
    "RecordingSource",
    "ScrubSettings",
    "Settings",
    "find_root",
    "load_settings",
    "settings_of",
]
