"""Pictures by address: from listed hosts, public addresses, and nothing is told of the others."""

from __future__ import annotations

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.errors import ApiError, BadRequestError
from server.pictures.addresses import is_public
from server.pictures.intake import Intake
from server.pictures.remote import MAX_REDIRECTS, RemotePictures
from server.settings import ServerSettings
from tests.server.conftest import agent_of, png, serving
from tests.server.test_asking import services_of

PUBLIC, OTHER = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
LISTED = ("pictures.example", "*.cdn.example", "odd.example:8080")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers what the test wants, and keeps what was asked."""

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append((self.headers["Host"], self.path, dict(self.headers)))
        status, headers, body = site.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in body if isinstance(body, list) else [body]:
            try:
                self.wfile.write(part)
            except OSError:
                return
            if isinstance(body, list):
                site.slow.wait(0.05)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


class Site:
    """A web server on loopback, and a dialler that reaches it by whatever address."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[Any] = []
        self.dialled: list[tuple[str, int]] = []
        self.slow = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.site = self  # type: ignore[attr-defined]
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.slow.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def dial(self) -> httpcore.NetworkBackend:
        site, port_here = self, self._server.server_address[1]

        class Dial(httpcore.SyncBackend):
            def connect_tcp(self, host: str, port: int, *args: Any) -> Any:
                site.dialled.append((host, port))
                return super().connect_tcp("127.0.0.1", port_here, *args)

        return Dial()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        made.pages["/a.png"] = (200, {"Content-Type": "text/html"}, png())
        yield made


class Names:
    """A resolver that may say something else the second time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def remote(site: Site, names: Any = None, **settings: Any) -> RemotePictures:
    given_ = ServerSettings(**{"remote_pictures": LISTED} | settings)
    return RemotePictures(given_, names or Names([PUBLIC]), site.dial)


def refusal(fetching: RemotePictures, url: str) -> ApiError:
    with pytest.raises(BadRequestError) as refused:
        fetching.fetch(url, "pictures")
    return refused.value


def test_a_picture_comes_from_the_address_that_was_judged_under_its_own_name(site) -> None:
    names = Names([PUBLIC, OTHER], ["127.0.0.1"])
    url = "http://Pictures.Example./a.png?size=1&who=a b#x"
    site.pages["/a.png?size=1&who=a%20b"] = site.pages["/a.png"]
    assert remote(site, names).fetch(url, "pictures") == png()
    assert names.asked == ["pictures.example"], "resolved once"
    assert site.dialled == [(PUBLIC, 80)]
    ((host, _, headers),) = site.asked
    assert host == "pictures.example"
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/a.png", "http://cdn.example/a.png", "http://evilcdn.example/a.png",
        "http://pictures.example:8080/a.png", "http://odd.example/a.png", "http://127.0.0.1/a.png",
        "http://[::1]/a.png", "http://2130706433/", "http://0x7f.1/", "http://pictures.example@127.0.0.1/",
        "http://user:secret@pictures.example/", "http://127.0.0.1\\\\@pictures.example/", "http:///a.png",
        "http://pictures.example:99999/", "http://pictures.example.evil.example/", "http://pictures。example/",
        "https://", "http://[", "http://pictures.example/" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_listed_is_not_even_resolved(site, url: str) -> None:
    names = Names([PUBLIC])
    assert refusal(remote(site, names), url).code == "remote_picture_not_allowed"
    assert names.asked == site.dialled == []


def test_hosts_below_a_listed_one_and_other_ports_are_listed_by_name(site) -> None:
    fetching = remote(site)
    for url in ("http://a.b.cdn.example/a.png", "http://odd.example:8080/a.png"):
        assert fetching.fetch(url, "pictures") == png()
    assert site.dialled == [(PUBLIC, 80), (PUBLIC, 8080)]


NOT_PUBLIC = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.0.2.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::7f00:1",
    "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::5db8:d70e",
    "64:ff9b:1::a00:1", "2002:7f00:1::1", "2001:0:4136:e378::1", "no address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_not_dialled_alone_or_among_others(site, address) -> None:
    for answers in ([address], [PUBLIC, address], [address, OTHER]):
        error = refusal(remote(site, Names(answers)), "http://pictures.example/a.png")
        assert error.code == "remote_picture_failed"
        assert not address or address not in error.message
    assert site.dialled == []


@given(st.ip_addresses(v=4), st.sampled_from(["::", "::ffff:0:0", "64:ff9b::", "64:ff9b:1::"]))
def test_what_carries_an_address_is_never_public(inner, prefix: str) -> None:
    assert not is_public(str(IPv6Address(prefix) + int(inner)))


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_what_is_given_out_is_public(address) -> None:
    assert not is_public(str(address)) or str(address)[0] in "23"


def test_each_redirect_is_judged_anew(site) -> None:
    def leads(to: str) -> None:
        site.pages["/r"] = (302, {"Location": to}, b"")

    leads("//a.cdn.example/a.png")
    assert remote(site).fetch("http://pictures.example/r", "pictures") == png()
    assert [host for host, _, _ in site.asked] == ["pictures.example", "a.cdn.example"]
    for to in (
        "http://127.0.0.1/a.png",
        "http://elsewhere.example/",
        "file:///etc/passwd",
        "//[",
        "/r",
        "",
    ):
        leads(to)
        error = refusal(remote(site), "http://pictures.example/r")
        assert error.code == "remote_picture_failed"
        assert "127" not in error.message
    leads("/a.png")
    refusal(remote(site, Names([PUBLIC], ["10.0.0.1"])), "http://pictures.example/r")
    assert {address for address, _ in site.dialled} == {PUBLIC}
    site.asked.clear()
    leads("/r")
    refusal(remote(site), "http://pictures.example/r")
    assert len(site.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "page",
    [
        (404, {}, png()), (500, {}, b"secret"), (204, {}, b""), (304, {}, b""),
        (200, {"Content-Encoding": "gzip"}, png()), (200, {}, b"x" * 200_000),
        (200, {}, [b"x"] * 1000), (200, {"Content-Length": "9999"}, b"short"),
        (200, {"Transfer-Encoding": "chunked"}, b"zz\\r\\n"), (200, {"X": "y" * 200_000}, png()),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_there_is_told_in_the_same_words(site, page) -> None:
    site.pages["/p"] = page
    fetching = remote(site, max_picture_mb=0.1, remote_s=1.0)
    error = refusal(fetching, "http://pictures.example/p")
    nobody = Names([])
    assert error.body() == refusal(remote(site, nobody), "http://pictures.example/p").body()


def test_https_is_asked_for_and_checked_by_the_name(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=pictures.example",
         "-addext", "subjectAltName=DNS:pictures.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    named: list[str | None] = []
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)
    ours.sni_callback = lambda _socket, name, _context: named.append(name)
    settings = ServerSettings(remote_pictures=LISTED)
    with Site(ours) as site:
        site.pages["/a.png"] = (200, {}, png())
        site.pages["/r"] = (302, {"Location": "http://pictures.example/a.png"}, b"")
        trusting = ssl.create_default_context(cafile=str(certificate))
        fetching = RemotePictures(settings, Names([PUBLIC]), site.dial, trusting)
        assert fetching.fetch("https://pictures.example/a.png", "pictures") == png()
        assert named == ["pictures.example"]
        assert site.dialled == [(PUBLIC, 443)]
        assert site.asked[0][0] == "pictures.example"
        refusal(fetching, "https://pictures.example/r")
        assert {port for _, port in site.dialled} == {443}, "not over http"
        refusal(fetching, "https://a.cdn.example/a.png")
        refusal(
            RemotePictures(settings, Names([PUBLIC]), site.dial), "https://pictures.example/a.png"
        )
        assert len(site.asked) == 2, "nothing is sent to who cannot show the name's certificate"


async def test_the_service_fetches_nothing_unless_told(settings, caplog, site) -> None:
    caplog.set_level("DEBUG")
    url = "http://pictures.example/BANANA"
    async with serving(settings, agent_of()) as client:
        body = {"question": "What is it?", "pictures": [url]}
        off = await client.post("/v1/ask", json=body)
        services = services_of(client)
        allowing = remote(site)
        intake = Intake(settings, services.store, services.intake._blobs, services.quotas, allowing)
        mine = services.store.of("local")
        with pytest.raises(BadRequestError):
            intake.named(mine, url)
        handle = intake.named(mine, "http://pictures.example/a.png")
        assert intake.content(handle.sha256) == png()
        site.pages["/a.png"] = (200, {"Content-Type": "image/png"}, b"<svg/>")
        with pytest.raises(BadRequestError, match="no picture"):
            intake.named(mine, "http://pictures.example/a.png")
    assert off.json()["error"]["code"] == "remote_pictures_off"
    ours = [r for r in caplog.records if r.name == "server"]
    assert not [r for r in ours if "BANANA" in f"{r.__dict__}" or PUBLIC in f"{r.__dict__}"]


@given(
    st.text(alphabet="a0-._%[]:@é\0", max_size=70).map(lambda name: f"http://{name}.cdn.example/")
)
@example("http://a..cdn.example/")
@example(f"http://{'a' * 64}.cdn.example/")
def test_no_name_is_asked_for_that_a_resolver_does_not_take(url: str) -> None:
    def resolve(host: str, _port: int) -> list[str]:
        host.encode("idna")  # the standard library's, which raises what is no OSError
        return ["127.0.0.1"]

    fetching = RemotePictures(ServerSettings(remote_pictures=LISTED), resolve)
    assert refusal(fetching, url).code in {"remote_picture_not_allowed", "remote_picture_failed"}
