"""A real Elasticsearch node from its Maven artifact, with what a normal node has besides (see plugin/)."""

import hashlib
import os
import pwd
import shutil
import ssl
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.stack.artifacts import artifact
from tests.stack.certificates import Certificate
from tests.stack.java import jdk
from tests.stack.places import CACHE, CannotStart, only_one
from tests.stack.process import Process

VERSION = "9.5.3"
JAVA = 21
_PLUGIN = Path(__file__).parent / "plugin" / "StandardAnalysis.java"
_DESCRIPTOR = f"""\
name=standard-analysis
description=What every normal node has, for the published test server
version={VERSION}
elasticsearch.version={VERSION}
java.version={JAVA}
classname=captionflow.stack.StandardAnalysis
"""
_SETTINGS = """\
cluster.name: captionflow-stack
node.name: stack
discovery.type: single-node
http.port: {port}
transport.port: {transport_port}
path.data: {folder}/data
path.logs: {folder}/logs
xpack.security.enabled: {secured}
xpack.security.http.ssl.enabled: {tls}
xpack.security.transport.ssl.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
"""
_TLS = """\
xpack.security.http.ssl.certificate: cert.pem
xpack.security.http.ssl.key: key.pem
"""
_USERS = ("elasticsearch", "es", "nobody")
"""Who may run it when we are root."""


def prepared(
    folder: Path, *, heap_mib: int = 512, user: tuple[str, str] | None = None, certificate: Certificate | None = None
) -> Process:
    """A node with its data in ``folder``, which is made; every start uses the same folder and the same port.

    With ``user``, a name and a password, it lets nobody else in; with a certificate, it speaks TLS.
    """
    port = free_port()
    java = jdk(JAVA)
    program = _installed(java)
    config = folder / "config"
    shutil.copytree(program / "config", config)
    secured = str(user is not None).lower()
    tls = str(certificate is not None).lower()
    settings = _SETTINGS.format(port=port, transport_port=free_port(), folder=folder, secured=secured, tls=tls)
    if certificate is not None:
        settings += _TLS
        shutil.copy(certificate.cert, config / "cert.pem")
        shutil.copy(certificate.key, config / "key.pem")
    (config / "elasticsearch.yml").write_text(settings)
    for name in ("data", "logs", "tmp"):
        (folder / name).mkdir()
    env = {"PATH": os.environ["PATH"], "ES_JAVA_HOME": str(java), "ES_PATH_CONF": str(config)}
    env |= {
        "ES_JAVA_OPTS": f"-Xms{heap_mib}m -Xmx{heap_mib}m -XX:TieredStopAtLevel=1",
        "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
        "ES_TMPDIR": str(folder / "tmp"),
    }
    if user is not None:
        _let_in(program, user, env)
    command = [*_not_as_root(folder), program / "bin" / "elasticsearch"]
    answering = partial(answers, user=user, trusted=None if certificate is None else certificate.trusted)
    return Process(command, port=port, log=folder / "elasticsearch.log", answers=answering, env=env)


def answers(port: int, user: tuple[str, str] | None = None, trusted: ssl.SSLContext | None = None) -> bool:
    """It has a master and takes documents."""
    query = {"wait_for_status": "yellow", "timeout": "1s"}
    address = f"{'http' if trusted is None else 'https'}://127.0.0.1:{port}/_cluster/health"
    try:
        answer = httpx.get(address, params=query, auth=user, timeout=5, verify=trusted or True)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK and not answer.json()["timed_out"]


def _let_in(program: Path, user: tuple[str, str], env: Mapping[str, str]) -> None:
    name, password = user
    command = [program / "bin" / "elasticsearch-users", "useradd", name, "-p", password, "-r", "superuser"]
    done = subprocess.run(command, capture_output=True, check=False, env=dict(env))
    if done.returncode:
        raise CannotStart(f"The user could not be made: {done.stderr.decode(errors='replace')}")


def _not_as_root(folder: Path) -> list[str]:
    """What to put before the command, since Elasticsearch refuses to run as root; the folder is given to its user."""
    if os.geteuid() != 0:
        return []
    user = next((one for one in pwd.getpwall() if one.pw_name in _USERS), None)
    if user is None:
        raise CannotStart(f"Elasticsearch can't run as root, and there is no user {' or '.join(_USERS)}: add one.")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    for parent in folder.parents:  # temporary folders are closed to others
        if not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _installed(java: Path) -> Path:
    """The unpacked server with the plugin compiled into it; made once for each version of either."""
    archive = artifact("org.elasticsearch.distribution.integ-test-zip", "elasticsearch", VERSION, packaging="zip")
    made_of = hashlib.sha256(_PLUGIN.read_bytes() + _DESCRIPTOR.encode()).hexdigest()[:16]
    program = CACHE / f"elasticsearch-{VERSION}-{made_of}"
    with only_one("elasticsearch"):
        if not program.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                with zipfile.ZipFile(archive) as zipped:
                    zipped.extractall(folder)
                unpacked = Path(folder) / f"elasticsearch-{VERSION}"
                _add_plugin(unpacked, java)
                unpacked.rename(program)
        for command in (program / "bin").iterdir():
            command.chmod(0o755)  # a ZIP file as Python reads it has no such bits
    return program


def _add_plugin(program: Path, java: Path) -> None:
    plugin = program / "plugins" / "standard-analysis"
    classes = program / "classes"
    for command in (
        [
            *(java / "bin" / "javac", "-proc:none", "-nowarn", "--release", str(JAVA)),
            *("-cp", f"{program}/lib/*", "-d", classes, _PLUGIN),
        ],
        [java / "bin" / "jar", "--create", "--file", plugin / "standard-analysis.jar", "-C", classes, "."],
    ):
        plugin.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise CannotStart(f"The plugin could not be made: {done.stderr.decode(errors='replace')}")
    shutil.rmtree(classes)
    (plugin / "plugin-descriptor.properties").write_text(_DESCRIPTOR)
