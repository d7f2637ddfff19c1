"""The child process that runs the official verifier: a job on standard input, its report on standard output.

The verifier prints to standard output, and a panic in its native library ends the process: neither may affect the
caller. Run as a script, `python -I -S engine.py FOLDER…`, with the folders of the native library's package. It
calls the verifier's C interface and imports nothing else, because importing pact-python takes several times as long
as verifying an interaction (decision 3).
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import PathFinder

TYPE_CHECKING = False  # importing typing takes longer than all of the above
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Engine"]

_NAME = b"pactape"
_LOG_OFF = 0
_NO, _YES = 0, 1
#: Return values of `pactffi_verifier_execute` for a completed verification: all passed, or something failed.
_RAN = (0, 1)


class Engine:
    """The official verifier behind its C interface.

    Args:
        folders: The folders of the package `pact_ffi` and its dependencies.
    """

    def __init__(self, folders: list[str]) -> None:
        self._ffi, self._lib = _load_native_library(folders)

    def verify(self, job: dict[str, Any]) -> bytes:
        """Run the verifier and return its report, a JSON document.

        Args:
            job: The fields of a `Job`, as built-in types.

        Raises:
            RuntimeError: The verifier could not run.
        """
        self._lib.pactffi_log_to_buffer(_LOG_OFF)
        handle = self._lib.pactffi_verifier_new_for_application(_NAME, job["version"].encode())
        self._set_provider(handle, job)
        self._set_filter(handle, job)
        for pact in job["pacts"]:
            self._lib.pactffi_verifier_add_file_source(handle, pact.encode())
        if job["broker"] is not None:
            self._add_broker(handle, job["broker"])
        status = self._lib.pactffi_verifier_execute(handle)
        report = self._lib.pactffi_verifier_json(handle)
        if status not in _RAN or report == self._ffi.NULL:
            raise RuntimeError(f"the official verifier failed with status {status}")
        text: bytes = self._ffi.string(report)
        return text

    def _set_provider(self, handle: Any, job: dict[str, Any]) -> None:
        """Set the provider's transports; the first is for requests, if the job has any."""
        message_port = job["message_port"]
        scheme, host, port, path = job["address"] or ("http", "127.0.0.1", message_port, "/")
        self._lib.pactffi_verifier_set_provider_info(
            handle, job["provider"].encode(), scheme.encode(), host.encode(), port, path.encode()
        )
        if job["address"] is not None and message_port is not None:
            self._lib.pactffi_verifier_add_provider_transport(handle, b"message", message_port, b"/", b"http")
        if job["state_url"] is not None:
            self._lib.pactffi_verifier_set_provider_state(handle, job["state_url"].encode(), _NO, _YES)
        self._lib.pactffi_verifier_set_verification_options(handle, _NO, job["timeout_ms"])
        self._lib.pactffi_verifier_set_follow_redirects(handle, _NO)  # an interaction has one response
        for name, value in job["headers"].items():
            self._lib.pactffi_verifier_add_custom_header(handle, name.encode(), value.encode())
        self._lib.pactffi_verifier_set_coloured_output(handle, _NO)

    def _set_filter(self, handle: Any, job: dict[str, Any]) -> None:
        if job["description"] is not None or job["state"] is not None:
            description, state = self._text(job["description"]), self._text(job["state"])
            self._lib.pactffi_verifier_set_filter_info(handle, description, state, _NO)
        if job["consumers"]:
            self._lib.pactffi_verifier_set_consumer_filters(handle, *self._texts(job["consumers"]))

    def _add_broker(self, handle: Any, broker: dict[str, Any]) -> None:
        branch, tags = self._text(broker["branch"]), self._texts(broker["tags"])
        if broker["version"] is not None:
            self._lib.pactffi_verifier_set_publish_options(
                handle, broker["version"].encode(), self._text(broker["build_url"]), *tags, branch
            )
        null = self._ffi.NULL  # no credentials: the relay adds them
        self._lib.pactffi_verifier_broker_source_with_selectors(
            handle,
            broker["url"].encode(),
            *(null, null, null),
            _YES if broker["include_pending"] else _NO,
            self._text(broker["include_wip_since"]),
            *tags,
            branch,
            *self._texts(broker["selectors"]),
            *self._texts([]),
        )

    def _text(self, text: str | None) -> Any:
        return self._ffi.NULL if text is None else text.encode()

    def _texts(self, texts: list[str]) -> tuple[Any, int]:
        return [self._ffi.new("char[]", text.encode()) for text in texts], len(texts)


def _load_native_library(folders: list[str]) -> tuple[Any, Any]:
    """Import the native library without the Python package around it."""
    spec = PathFinder.find_spec("pact_ffi", folders)
    package = type(sys)("pact_ffi")
    package.__path__ = list((spec.submodule_search_locations if spec else None) or ())
    sys.modules["pact_ffi"] = package
    sys.path += folders
    from pact_ffi.ffi import ffi, lib  # noqa: PLC0415 -- its folder is only on the path now

    return ffi, lib


def _main() -> None:
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the verifier's output
        engine = Engine(sys.argv[1:])
        job = sys.stdin.buffer.read()
        if job:  # empty if the parent finds nothing to verify
            output.write(engine.verify(marshal.loads(job)))  # noqa: S302 -- written by our parent process
    os._exit(0)  # nothing is left to do, and the interpreter's clean-up would take as long as verifying


if __name__ == "__main__":
    _main()
