"""Pictures by http(s) address: off, unless `remote_pictures` lists their hosts.

Whoever asks chooses the address, and this machine reaches what he does not. So: the host has to be
listed; its name is resolved once, all that it resolves to has to be public, and that is what is
dialled (a second look-up could say something else), with the right Host and SNI; each redirect is
judged anew; bytes and seconds are capped; and of what went wrong nothing is told that would tell
the one who asks about this machine's network. Proxies of the environment are not used: they would
resolve the name themselves.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import httpx

from server.errors import ApiError, BadRequestError, BusyError
from server.logs import log
from server.pictures.addresses import is_public
from server.settings import MB, ServerSettings

Resolve = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 3
MAX_URL = 4096
"""Characters of an address."""
MAX_AT_ONCE = 4
"""Pictures that are fetched at once: each keeps a thread."""
MAX_DIALLED = 3
"""Addresses of one name that are tried."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.DOTALL)
"""A name as the resolver takes it (RFC 1123, 2.1): others it answers with errors of its own."""
_HEADERS = (
    (b"Accept", b"image/*, application/pdf"),
    (b"Accept-Encoding", b"identity"),
    (b"User-Agent", b"vqa-agent"),
    (b"Connection", b"close"),
)
_FAILED = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


class _RefusedError(Exception):
    """Not fetched; why is for the log, and holds nothing that was sent or resolved."""


@dataclass(frozen=True)
class Place:
    """An address, taken apart: what is judged is what is asked for."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, in ASCII."""

    @property
    def url(self) -> str:
        """The address."""
        return f"{self.scheme}://{self.host}:{self.port}{self.target}"

    @classmethod
    def of(cls, url: str) -> Place:
        """Take an address apart.

        Raises:
            ValueError: it is none, or has a user in it.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
        is_plain = parts.scheme in PORTS and _HOST.fullmatch(host) and "@" not in parts.netloc
        if len(url) > MAX_URL or not is_plain or "\\" in parts.netloc:
            raise ValueError("no plain address")
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
        if parts.query:
            target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~[]")
        return cls(parts.scheme, host, parts.port or PORTS[parts.scheme], target)


class RemotePictures:
    """Fetches pictures from hosts that are listed; blocks.

    Args:
        settings: `remote_pictures` lists hosts: a name, `*.name` for all below it, each with
            `:port` where it is not the usual one.
        resolve: the addresses of a name.
        dial: makes connections to addresses.
        tls: certificates that are trusted; unset, those of the web.
    """

    def __init__(
        self,
        settings: ServerSettings,
        resolve: Resolve | None = None,
        dial: httpcore.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in settings.remote_pictures)
        self._most_bytes = int(settings.max_picture_mb * MB)
        self._most_s = settings.remote_s
        self._resolve = resolve or _resolved
        self._dial = dial or httpcore.SyncBackend()
        self._tls = tls
        self._places = threading.BoundedSemaphore(MAX_AT_ONCE)

    def fetch(self, url: str, param: str) -> bytes:
        """What is behind an address.

        Raises:
            BadRequestError: it is not allowed, or cannot be fetched; where it led is not said.
            BusyError: too many are being fetched.
        """
        if not self._hosts:
            raise BadRequestError(
                "http(s) pictures are not fetched; send a data: URL or upload the file",
                param=param,
                code="remote_pictures_off",
            )
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "too many pictures are being fetched; ask again in a few seconds",
                code="busy",
                headers={"Retry-After": str(round(self._most_s))},
            )
        try:
            return self._followed(self._listed(url, param), param)
        finally:
            self._places.release()

    def _listed(self, url: str, param: str) -> Place:
        try:
            place = Place.of(url)
        except ValueError:
            place = None
        if place is None or not self._is_listed(place):
            raise BadRequestError(
                "pictures are not fetched from this address; send a data: URL or upload the file",
                param=param,
                code="remote_picture_not_allowed",
            )
        return place

    def _is_listed(self, place: Place) -> bool:
        port = "" if place.port == PORTS[place.scheme] else f":{place.port}"
        labels = place.host.split(".")
        above = {f"*.{'.'.join(labels[at:])}{port}" for at in range(1, len(labels))}
        return bool({f"{place.host}{port}", *above} & self._hosts)

    def _followed(self, place: Place, param: str) -> bytes:
        until = time.monotonic() + self._most_s
        try:
            found = self._asked(place, until)
            redirects = 0
            while isinstance(found, str):
                redirects += 1
                place = self._next(place, found, redirects)
                found = self._asked(place, until)
        except (*_FAILED, _RefusedError) as error:
            why = str(error) if isinstance(error, _RefusedError) else type(error).__name__
            log.info("remote picture not fetched", extra={"fields": {"why": why}})
            raise _failed(param) from None
        return found

    def _next(self, place: Place, location: str, redirects: int) -> Place:
        """Where a redirect leads, if that is listed, too, and not from https to http."""
        if redirects > MAX_REDIRECTS:
            raise _RefusedError("redirects")
        try:
            following = Place.of(urljoin(place.url, location))
        except ValueError:
            raise _RefusedError("redirect to no address") from None
        if not self._is_listed(following):
            raise _RefusedError("redirect to a host that is not listed")
        if place.scheme == "https" and following.scheme == "http":
            raise _RefusedError("redirect to http")
        return following

    def _asked(self, place: Place, until: float) -> bytes | str:
        """The content, or where it is said to be."""
        url = httpcore.URL(
            scheme=place.scheme, host=place.host, port=place.port, target=place.target
        )
        pinned = _Pinned(self._resolve, self._dial, until)
        if place.scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=pinned) as pool,
            pool.stream("GET", url, headers=_HEADERS) as response,
        ):
            headers = {name.lower(): value for name, value in response.headers}
            if response.status in REDIRECTS:
                return headers.get(b"location", b"").decode("latin-1")
            if response.status != 200:
                raise _RefusedError(f"status {response.status}")
            if headers.get(b"content-encoding", b"identity").lower() != b"identity":
                raise _RefusedError("encoded")
            return self._read(response)

    def _read(self, response: httpcore.Response) -> bytes:
        data = bytearray()
        for part in response.iter_stream():
            data += part
            if len(data) > self._most_bytes:
                raise _RefusedError("too large")
        return bytes(data)


class _Pinned(httpcore.NetworkBackend):
    """Dials what a name resolves to, if all of it is public, until a moment."""

    def __init__(self, resolve: Resolve, dial: httpcore.NetworkBackend, until: float) -> None:
        self._resolve = resolve
        self._dial = dial
        self._until = until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve once, judge, dial the same."""
        addresses = self._resolve(host, port)
        if not addresses or not all(map(is_public, addresses)):
            raise _RefusedError("address")
        failed: Exception = httpcore.ConnectError()
        for address in addresses[:MAX_DIALLED]:
            left = _left(self._until)
            try:
                stream = self._dial.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Until(stream, self._until)
        raise failed


class _Until(httpcore.NetworkStream):
    """A connection that waits for nothing beyond a moment, in however small parts it comes."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = _left(self._until)
        return _Until(self._stream.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    """Seconds until then.

    Raises:
        httpcore.TimeoutException: there are none.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _resolved(host: str, port: int) -> list[str]:
    """What the system's resolver says, within its own time-out."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


def _failed(param: str) -> ApiError:
    return BadRequestError(
        "the picture cannot be fetched from there; send a data: URL or upload the file",
        param=param,
        code="remote_picture_failed",
    )
