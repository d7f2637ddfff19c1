"""Bodies of HTTP messages: the one place that knows header look-up, media types, charsets and content codings.

Modules, each built on those before it:
- `headers`: look-up in headers of any form; `content_types`: media types and their parameters;
- `codings`: gzip, deflate, br, zstd; `charsets`: bytes to text and back;
- `json_values` and `forms`: the values in a body; `multipart`: its parts;
- `sending`: the bytes and the content type that a library sends;
- `receiving`: the body that a server reads from a connection.
"""

from pactape.http_bodies.charsets import charset_of, decode_text
from pactape.http_bodies.codings import (
    actual_codings,
    can_decode,
    content_codings,
    decode_body,
    decoded_body,
    encode_body,
    sniffed_coding,
    without_coding_headers,
)
from pactape.http_bodies.content_types import UNKNOWN, ContentType, guess_content_type, parse_content_type
from pactape.http_bodies.forms import form_fields, is_form
from pactape.http_bodies.headers import (
    HOP_BY_HOP,
    content_type,
    end_to_end,
    grouped_headers,
    header,
    header_pairs,
    header_values,
    joined_headers,
    media_type,
    with_base_url,
)
from pactape.http_bodies.json_values import (
    any_json_body,
    is_json,
    json_body,
    json_body_or_none,
    strings_in,
    text_body,
)
from pactape.http_bodies.multipart import MultipartPart, multipart_parts
from pactape.http_bodies.receiving import received_body
from pactape.http_bodies.sending import SentBody, sent_body

__all__ = [
    "HOP_BY_HOP",
    "UNKNOWN",
    "ContentType",
    "MultipartPart",
    "SentBody",
    "actual_codings",
    "any_json_body",
    "can_decode",
    "charset_of",
    "content_codings",
    "content_type",
    "decode_body",
    "decode_text",
    "decoded_body",
    "encode_body",
    "end_to_end",
    "form_fields",
    "grouped_headers",
    "guess_content_type",
    "header",
    "header_pairs",
    "header_values",
    "is_form",
    "is_json",
    "joined_headers",
    "json_body",
    "json_body_or_none",
    "media_type",
    "multipart_parts",
    "parse_content_type",
    "received_body",
    "sent_body",
    "sniffed_coding",
    "strings_in",
    "text_body",
    "with_base_url",
    "without_coding_headers",
]
