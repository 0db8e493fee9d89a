"""As much of S3 as a COPY needs, in memory."""

from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


class BucketsInMemory(BaseHTTPRequestHandler):
    """As much of S3 as a COPY needs: put, get, delete, list by prefix; no bucket is ever missing
    but `no-such-bucket`."""

    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[tuple[str, str], bytes]] = {}

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "aws-chunked":
            size, _, rest = body.partition(b"\r\n")
            body = rest[: int(size.split(b";")[0], 16)]
        if self._key:
            self.objects[self._bucket, self._key] = body
        self._answer(200, b"")

    def do_DELETE(self) -> None:
        self.objects.pop((self._bucket, self._key), None)
        self._answer(204, b"")

    def do_GET(self) -> None:
        if self._bucket == "no-such-bucket":
            self._answer(404, b"<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>")
        elif not self._key:
            self._answer(200, self._list())
        elif (self._bucket, self._key) in self.objects:
            self._answer(200, self.objects[self._bucket, self._key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    @property
    def _bucket(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[0]

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _list(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        found = [
            f"<Contents><Key>{key}</Key><Size>{len(body)}</Size>"
            f"<ETag>&quot;{len(body)}&quot;</ETag></Contents>"
            for (bucket, key), body in sorted(self.objects.items())
            if bucket == self._bucket and key.startswith(prefix)
        ]
        return (
            f"<ListBucketResult><Name>{self._bucket}</Name><KeyCount>{len(found)}</KeyCount>"
            f"<IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>"
        ).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{len(body)}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
