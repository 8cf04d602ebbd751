"""The real program with a certificate: everything goes by TLS, and a renewed certificate is taken while it runs."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import trustme
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from captionflow.settings import Settings
from services import process
from services.process import Server as WebServer
from services.process import listen
from services.tls import Certificate
from tests.ports import free_port
from tests.real_program import Server, run_command

MISCONFIGURED = 5


class Pair(NamedTuple):
    """Files of a certificate and its key."""

    cert: Path
    key: Path


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def pair(authority: trustme.CA, tmp_path: Path) -> Pair:
    return write(authority.issue_cert("localhost"), Pair(tmp_path / "cert.pem", tmp_path / "key.pem"))


@pytest.fixture
def server(pair: Pair, trusted: ssl.SSLContext, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", trusted=trusted, TLS_CERT=pair.cert, TLS_KEY=pair.key) as running:
        yield running


def write(issued: trustme.LeafCert, pair: Pair) -> Pair:
    pair.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    pair.key.write_bytes(issued.private_key_pem.bytes())
    return pair


def test_pages_lines_and_live_captions_go_by_tls(server: Server) -> None:
    server.announce("talk")
    with server.client.stream("GET", "/v1/sessions/talk/events") as live:
        assert live.status_code == httpx.codes.OK
        lines = live.iter_lines()
        assert next(line for line in lines if line.startswith("event:")) == "event: snapshot"
        words = "word " * 300  # of several TLS records, when many come at once
        texts = [f">> ANA: {number} {words}\n" for number in range(20)]
        assert server.send("talk", 0, *texts).status_code == httpx.codes.ACCEPTED
        said = next(line for line in lines if line.startswith("data:") and "19 word" in line)
        assert "ANA" in said
    assert server.client.get("/s/talk").status_code == httpx.codes.OK


def test_who_speaks_plain_http_gets_no_answer(server: Server) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{server.port}/healthz")


def test_commands_reach_it_by_https(
    server: Server, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.announce("talk")
    server.send("talk", 0, ">> ANA: Said by TLS.\n")
    server.wait_for_seq("talk", 1)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    done = run_command("export", "talk", URL=server.url)
    assert done.returncode == 0, done.stderr
    assert b"Said by TLS." in done.stdout


def test_options_say_the_same_as_settings(pair: Pair, trusted: ssl.SSLContext, tmp_path: Path) -> None:
    options = ("run", "--tls-cert", str(pair.cert), "--tls-key", str(pair.key))
    with Server(tmp_path / "data", command=options, trusted=trusted) as server:
        assert server.get("/healthz") == {"status": "alive"}


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a greeting"])
def test_who_does_not_go_on_with_a_handshake_is_cut_off(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(process, "HANDSHAKE_SECONDS", 0.2)

    async def stand_still() -> bytes:
        context = Certificate(*pair).context
        serving = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        reader, writer = await asyncio.open_connection("127.0.0.1", serving.sockets[0].getsockname()[1])
        writer.write(said)
        async with asyncio.timeout(50):  # by itself a loop waits for a minute
            left = await reader.read()
        writer.close()
        serving.close()
        return left

    assert uvloop.run(stand_still(), loop_factory=process.Loop) == b""


def refused(tmp_path: Path, **settings: object) -> str:
    done = run_command("run", DATA=tmp_path / "data", PORT=free_port(), seconds=30, **settings)
    told = done.stderr.decode()
    assert done.returncode == MISCONFIGURED, told
    assert "Traceback" not in told
    assert not (tmp_path / "data").exists()
    return told


def test_a_certificate_that_cannot_be_used_is_named_with_what_to_do(
    authority: trustme.CA, pair: Pair, tmp_path: Path
) -> None:
    other = write(authority.issue_cert("localhost"), Pair(tmp_path / "other.pem", tmp_path / "other-key.pem"))
    missing = tmp_path / "missing.pem"
    text = tmp_path / "list.txt"
    text.write_text("a shopping list\n")
    assert f"{missing} can't be read" in refused(tmp_path, TLS_CERT=missing)
    assert f"{missing} can't be read" in refused(tmp_path, TLS_CERT=pair.cert, TLS_KEY=missing)
    assert "no certificate with its key" in refused(tmp_path, TLS_CERT=pair.cert, TLS_KEY=other.key)
    assert "no certificate with its key" in refused(tmp_path, TLS_CERT=text, TLS_KEY=text)
    assert "CAPTIONFLOW_TLS_CERT" in refused(tmp_path, TLS_KEY=pair.key)


def test_an_encrypted_key_is_refused_instead_of_asking_for_its_password(pair: Pair, tmp_path: Path) -> None:
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    pair.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    assert f"The key in {pair.key} is encrypted" in refused(tmp_path, TLS_CERT=pair.cert, TLS_KEY=pair.key)


async def serial(port: int, trusted: ssl.SSLContext) -> int:
    """The serial number of the certificate that a new connection is shown."""
    _, writer = await asyncio.open_connection("localhost", port, ssl=trusted)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_a_renewed_certificate_is_shown_to_new_connections_and_a_half_renewed_one_to_none(
    authority: trustme.CA, pair: Pair, trusted: ssl.SSLContext
) -> None:
    certificate = Certificate.of(Settings(tls_cert=pair.cert, tls_key=pair.key))
    assert certificate is not None
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        server = WebServer(None, certificate=certificate)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        first = await serial(port, trusted)

        new = authority.issue_cert("localhost")
        pair.cert.write_bytes(b"".join(blob.bytes() for blob in new.cert_chain_pems))
        certificate.look()
        assert await serial(port, trusted) == first

        pair.key.write_bytes(new.private_key_pem.bytes())
        certificate.look()
        renewed = await serial(port, trusted)
        assert renewed != first

        pair.key.unlink()
        certificate.look()
        assert await serial(port, trusted) == renewed
        server.should_exit = True
        await serving


def test_certificate_and_key_may_be_in_one_file(authority: trustme.CA, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes())
    assert Certificate.of(Settings(tls_cert=both)) is not None
    assert Certificate.of(Settings()) is None
