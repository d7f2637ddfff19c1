"""Bruno: saved examples in three file formats, with the values of their variables."""

from pactape.recorders.formats.bruno.reader import BRUNO
from pactape.recorders.formats.bruno.settings_files import settings_files

__all__ = ["BRUNO", "settings_files"]
