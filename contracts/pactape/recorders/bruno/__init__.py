"""Bruno: saved examples in its three forms, with the values of their variables."""

from pactape.recorders.bruno.reader import BRUNO
from pactape.recorders.bruno.settings_files import settings_files

__all__ = ["BRUNO", "settings_files"]
