"""HTTP/1.1 as uvicorn speaks it, with bounds, and with our problems for what cannot be read as a request."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.errors import InvalidRequest, problem_response

MAX_HEAD_BYTES: Final = 64 * 1024
"""Longest request line with its header fields, and longest trailer section."""


class Protocol(HttpToolsProtocol):
    """One connection.

    uvicorn itself keeps header fields without a limit, answers what is no request in plain text, and warns of every
    offer to upgrade.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held = 0
        self._progress = False
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what came; refuse a head or trailer section that does not end."""
        self._progress = False
        super().data_received(data)
        self._held = 0 if self._progress else self._held + len(data)
        if self._held > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.logger.warning("Too long a request head received.")
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's header fields are too long.")

    def on_message_begin(self) -> None:
        """Expect a head."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field. Those of a trailer section must not be merged into them (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin with the request."""
        self._progress, self._in_head = True, False
        if self.parser.should_upgrade() and any(name in _BODY for name, _ in self.headers):
            # The parser does not read such a body, and would take it for the next request on the connection.
            raise ValueError("a request with a body cannot change the protocol")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on."""
        self._progress = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body."""
        self._progress = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, and close."""
        self._refuse(HTTPStatus.BAD_REQUEST, "This is not a request as HTTP/1.1 has it.")

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a server may ignore an upgrade (RFC 9110, 7.8)."""

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        error = InvalidRequest(detail)
        error.status = status
        response = problem_response(error)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), b"connection: close"]
        lines += [name + b": " + value for name, value in (*self.server_state.default_headers, *response.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()


_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
