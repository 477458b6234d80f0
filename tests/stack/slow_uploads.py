"""An upload over a bare socket, whose bytes go out when the test says so."""

from __future__ import annotations

import http.client
import socket
from types import TracebackType
from urllib.parse import urlsplit

from tests.sample_images import make_jpeg
from tests.stack.worlds import World


class SlowUpload:
    """The head has gone out, and as much of the form as was sent; `finish` sends the rest."""

    def __init__(self, world: World, picture: bytes | None = None, is_primary: bool = False):
        boundary = "5d41402abc4b2a76b9719d911017c592"
        primary = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="is_primary"\r\n\r\ntrue\r\n'
        )
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="slow.jpg"'
        start = f"{primary if is_primary else ''}{part}\r\n\r\n".encode()
        end = f"\r\n--{boundary}--\r\n".encode()
        self._form = start + (picture or make_jpeg()) + end
        self.start_bytes = len(start)
        address = urlsplit(world.service.url)
        assert address.hostname
        assert address.port
        self._socket = socket.create_connection((address.hostname, address.port), timeout=60)
        head = {
            "Host": address.netloc,
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._form)),
            **world.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self._socket.sendall(f"POST {world.path} HTTP/1.1\r\n{lines}\r\n".encode())
        self._sent = 0

    def __enter__(self) -> SlowUpload:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    @property
    def left(self) -> int:
        """How many bytes of the form have not been sent."""
        return len(self._form) - self._sent

    def send(self, count: int) -> None:
        """Send the next bytes of the form."""
        self._socket.sendall(self._form[self._sent : self._sent + count])
        self._sent += count

    def finish(self) -> tuple[int, bytes]:
        """Send the rest; return the status and the body of the answer."""
        self.send(self.left)
        return self.read_answer()

    def read_answer(self) -> tuple[int, bytes]:
        """Wait for the answer; `http.client.HTTPException` or `OSError` when there is none."""
        answer = http.client.HTTPResponse(self._socket)
        answer.begin()
        return answer.status, answer.read()
