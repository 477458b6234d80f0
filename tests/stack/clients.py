"""Five ways that programs send a form: curl with and without `Expect`, httpx, Node, http.client."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from tests import local_http
from tests.servers import node_executable

BOUNDARY = "5d41402abc4b2a76b9719d911017c592"
FETCH = """
const [url, count, size, headers] = JSON.parse(process.argv[1]);
(async () => {
  const answers = [];
  for (let i = 0; i < count; i++) {
    const blob = new Blob([new Uint8Array(size)], {type: 'image/jpeg'});
    const form = new FormData();
    form.append('image', blob, 'photo.jpg');
    const body = 'Content-Type' in headers ? blob : form;
    try {
      const answer = await fetch(url, {method: 'POST', headers, body});
      answers.push(`${answer.status} ${(await answer.json()).error_code}`);
    } catch (fault) {
      answers.push(`${fault} ${fault.cause}`);
    }
  }
  console.log(JSON.stringify(answers));
})();
"""


@dataclass(frozen=True)
class Sending:
    """A picture of so many zeros in a form, or bare where the headers name a `Content-Type`."""

    url: str
    size: int
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_form(self) -> bool:
        return "Content-Type" not in self.headers

    @cached_property
    def body(self) -> bytes:
        picture = bytes(self.size)
        if not self.is_form:
            return picture
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"'
        return b"%b\r\n\r\n%b\r\n--%b--\r\n" % (head.encode(), picture, BOUNDARY.encode())

    @property
    def body_headers(self) -> dict[str, str]:
        form_type = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return {**form_type, **self.headers}


# Each sends so many times, one after the other, and returns what it saw: "401 unauthorized".
Client = Callable[[Sending, int, Path], list[str]]


def send_with_curl(sending: Sending, count: int, folder: Path, *options: str) -> list[str]:
    picture = folder / f"{sending.size}.jpg"
    if not picture.exists():
        picture.write_bytes(bytes(sending.size))
    what = ["-F", f"image=@{picture}"]
    if not sending.is_form:
        what = ["--data-binary", f"@{picture}"]
    lines = [word for name, value in sending.headers.items() for word in ("-H", f"{name}: {value}")]
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--noproxy",
        "*",
        "--write-out",
        "\n%{http_code}",
    ]
    answers = []
    for _ in range(count):
        sent = subprocess.run(
            [*command, *options, *what, *lines, sending.url],
            capture_output=True,
            text=True,
            check=False,
        )
        body, _, status = sent.stdout.rpartition("\n")
        answers.append(_tell(int(status), body) if sent.returncode == 0 else sent.stderr)
    return answers


def send_with_curl_at_once(sending: Sending, count: int, folder: Path) -> list[str]:
    return send_with_curl(sending, count, folder, "-H", "Expect:")


def send_with_httpx(sending: Sending, count: int, _folder: Path) -> list[str]:
    with local_http.Client(headers=sending.headers, timeout=30) as client:
        answers = []
        for _ in range(count):
            if sending.is_form:
                answer = client.post(sending.url, files={"image": ("a.jpg", bytes(sending.size))})
            else:
                answer = client.post(sending.url, content=bytes(sending.size))
            answers.append(_tell(answer.status_code, answer.text))
        return answers


def send_with_fetch(sending: Sending, count: int, _folder: Path) -> list[str]:
    arguments = json.dumps([sending.url, count, sending.size, sending.headers])
    sent = subprocess.run(
        [node_executable(), "-e", FETCH, arguments], capture_output=True, text=True, check=True
    )
    answers: list[str] = json.loads(sent.stdout)
    return answers


def send_with_http_client(sending: Sending, count: int, _folder: Path) -> list[str]:
    answers = []
    for _ in range(count):
        connection = http.client.HTTPConnection(urlsplit(sending.url).netloc, timeout=30)
        try:
            path = urlsplit(sending.url).path
            connection.request("POST", path, sending.body, sending.body_headers)
            answer = connection.getresponse()
            answers.append(_tell(answer.status, answer.read().decode()))
        except OSError as fault:
            answers.append(repr(fault))
        finally:
            connection.close()
    return answers


CLIENTS: dict[str, Client] = {
    "curl": send_with_curl,
    "curl without Expect": send_with_curl_at_once,
    "httpx": send_with_httpx,
    "Node's fetch": send_with_fetch,
    "http.client": send_with_http_client,
}


def _tell(status: int, body: str) -> str:
    try:
        return f"{status} {json.loads(body)['error_code']}"
    except (ValueError, KeyError):
        return f"{status} {body[:200]}"
