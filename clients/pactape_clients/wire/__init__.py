"""One HTTP exchange: a request's body, connections that keep a deadline, the answer's body, and why none came."""

from pactape_clients.wire._bodies import RequestBody, Upload, form_body, multipart_body, raw_body
from pactape_clients.wire._connections import Connections
from pactape_clients.wire._failures import SENDING_ERRORS, failure_of
from pactape_clients.wire._pools import Change
from pactape_clients.wire._reading import AnswerReader, read_pieces, redirect_target

__all__ = [
    "SENDING_ERRORS",
    "AnswerReader",
    "Change",
    "Connections",
    "RequestBody",
    "Upload",
    "failure_of",
    "form_body",
    "multipart_body",
    "raw_body",
    "read_pieces",
    "redirect_target",
]
