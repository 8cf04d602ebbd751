"""Caddy with the configuration that is shipped, except that it is told addresses instead of asking for them."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port
from tests.stack.places import ROOT, listens
from tests.waiting import await_true

CADDY = Path(sys.executable).with_name("caddy")
POLICY = "lb_policy header X-Session"
"""By which it chooses among several ingests."""
_CADDYFILE = ROOT / "deploy" / "proxy" / "Caddyfile"
_ASKS = "dynamic a {{${variable}:{name}}} 8000 {{\n\t\t\t\trefresh 1s\n\t\t\t}}"


def greets(port: int, host: str) -> bool:
    """Whether it has signed the certificate for this name, which it does after it listens."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
            context.wrap_socket(connection, server_hostname=host),
        ):
            return True
    except OSError:
        return False


@contextmanager
def proxy(
    folder: Path, ingests: Sequence[int], apis: Sequence[int] = (), *, policy: str = POLICY, host: str = ""
) -> Iterator[str]:
    """Its address, before the processes on these ports; by https if it has a ``host`` name, signed by itself."""
    plain, secure = free_port(), free_port()
    port = secure if host else plain
    changes = {
        "admin off": "admin off\n\tskip_install_trust",
        POLICY: policy,
        "http_port 8080": f"http_port {plain}",
        "https_port 8443": f"https_port {secure}",
        ":8090 {": f":{free_port()} {{",
        "http://:8081 {": f"http://:{free_port()} {{",
    }
    for name, ports in (("ingest", ingests), ("api", apis)):
        if ports:
            asks = _ASKS.format(variable=name.upper(), name=name)
            changes[asks] = "to " + " ".join(f"127.0.0.1:{one}" for one in ports)
    text = _CADDYFILE.read_text()
    for before, after in changes.items():
        if text.count(before) != 1:
            raise RuntimeError(f"the Caddyfile has changed: {before!r}")
        text = text.replace(before, after)
    config = folder / f"Caddyfile.{policy.partition(' ')[2].split()[0]}"
    config.write_text(text)
    places = {"SITE": host or f":{port}", "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "caddy.log").open("ab") as log:
        command = [CADDY, "run", "--config", config, "--adapter", "caddyfile"]
        process = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log)
    try:
        await_true(lambda: greets(port, host) if host else listens(port), "the proxy does not start")
        yield f"https://{host}:{port}" if host else f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
