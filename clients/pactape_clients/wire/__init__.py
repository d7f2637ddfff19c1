"""HTTP exchanges: request bodies, connections with deadlines, response bodies, and failures."""

from pactape_clients.wire._bodies import RequestBody, Upload, form_body, multipart_body, raw_body
from pactape_clients.wire._connections import MOST_OF_BODY, Connections, settings_of
from pactape_clients.wire._failures import SENDING_ERRORS, failure_of, without_traceback
from pactape_clients.wire._pools import ChangeFlag
from pactape_clients.wire._reading import ResponseReader, read_pieces, redirect_target

__all__ = [
    "MOST_OF_BODY",
    "SENDING_ERRORS",
    "ChangeFlag",
    "Connections",
    "RequestBody",
    "ResponseReader",
    "Upload",
    "failure_of",
    "form_body",
    "multipart_body",
    "raw_body",
    "read_pieces",
    "redirect_target",
    "settings_of",
    "without_traceback",
]
