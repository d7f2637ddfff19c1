"""Stopping the commands that serve until a signal."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pactape.serving import Server

__all__ = ["stop_on_signals"]


def stop_on_signals(server: Server) -> None:
    """Stop a server on Ctrl-C, a TERM signal, or when its terminal is closed; its `serve` then returns.

    A HUP signal that is ignored, as `nohup` does, stays ignored.
    """

    def stop(_signal: int, _frame: object) -> None:
        # `stop` waits for `serve`, which runs on the thread that this handler interrupts.
        threading.Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    hang_up = getattr(signal, "SIGHUP", None)  # not on Windows
    if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_DFL:
        signal.signal(hang_up, stop)
