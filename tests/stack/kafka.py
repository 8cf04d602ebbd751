"""A real Kafka broker (KRaft, one node) from its Maven artifacts, small and quick to come back."""

import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.ports import free_port
from tests.stack.artifacts import artifact, class_path
from tests.stack.certificates import Certificate
from tests.stack.java import jdk
from tests.stack.places import CannotStart
from tests.stack.process import Process

VERSION = "4.1.0"
JAVA = 17
_QUICK = "-XX:TieredStopAtLevel=1"
"""It is there with two thirds of the work."""
_ARTIFACTS = (f"org.apache.kafka:kafka_2.13:{VERSION}", f"org.apache.kafka:kafka-tools:{VERSION}")
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},SASL://127.0.0.1:{secured_port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL://127.0.0.1:{secured_port},\
  CONTROLLER://127.0.0.1:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
# Who comes through the second door must show a password, and one of the two may do nothing.
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
  user_captionflow="right-password" user_stranger="right-password";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:captionflow
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# After kill -9 a broker comes back when its old session is over; these make that 6 s instead of 14.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
# Tests make and drop many small topics.
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=8388608
log.segment.delete.delay.ms=1000
# What is to be deleted is looked for often, and not every 5 minutes.
log.retention.check.interval.ms=5000
"""
_SECURED_PROPERTIES = """\
process.roles=broker,controller
node.id={node}
listeners=SECURED://127.0.0.1:{port},AMONG://127.0.0.1:{among_port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=SECURED://127.0.0.1:{port},AMONG://127.0.0.1:{among_port}
listener.security.protocol.map=SECURED:SASL_SSL,AMONG:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=AMONG
controller.listener.names=CONTROLLER
controller.quorum.voters={voters}
ssl.keystore.type=PEM
ssl.keystore.location={certificate}
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secured.scram-sha-512.sasl.jaas.config=\\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user}
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=3
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=8388608
"""
_LOGGING = """\
<Configuration>
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""


def prepared(folder: Path, *, heap_mib: int = 384) -> Process:
    """A broker with its data in ``folder``, which is made; every start uses the same folder and the same port."""
    port = free_port()
    ports = {"port": port, "secured_port": free_port(), "controller_port": free_port()}
    command = _made(folder, _PROPERTIES.format(**ports, folder=folder), heap_mib, _new_id(), "--standalone")
    return Process(command, port=port, log=folder / "kafka.log", answers=answers)


def cluster(folder: Path, certificate: Certificate, user: tuple[str, str], *, size: int = 3) -> list[Process]:
    """Brokers whose only door for others is TLS, and asks for a password (SCRAM-SHA-512). See ``prepared``."""
    name, password = user
    identity, among, controllers = (_new_id(), *([free_port() for _ in range(size)] for _ in range(2)))
    voters = ",".join(f"{node}@127.0.0.1:{port}" for node, port in enumerate(controllers, 1))
    login = f"SCRAM-SHA-512=[name={name},password={password}]"
    brokers = []
    for node, ports in enumerate(zip(among, controllers, strict=True), 1):
        own, port = folder / f"kafka-{node}", free_port()
        properties = _SECURED_PROPERTIES.format(
            node=node,
            port=port,
            among_port=ports[0],
            controller_port=ports[1],
            voters=voters,
            certificate=certificate.both,
            user=name,
            folder=own,
        )
        command = _made(own, properties, 256, identity, "--add-scram", login)
        takes = partial(answers, security=client_security(certificate, user))
        brokers.append(Process(command, port=port, log=own / "kafka.log", answers=takes))
    return brokers


def client_security(certificate: Certificate, user: tuple[str, str]) -> dict[str, str]:
    """What a client of such a cluster has to show and to trust."""
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user[0],
        "sasl_plain_password": user[1],
        "ssl_cafile": str(certificate.authority),
    }


def _made(folder: Path, properties: str, heap_mib: int, identity: str, *format_options: str) -> list[str | Path]:
    """The command of a broker whose folder has been made."""
    # Alone: resolved with the others, what it manages would bring an older kafka-clients.
    logging = artifact("org.apache.logging.log4j", "log4j-slf4j-impl", "2.24.3")
    jars = ":".join(map(str, [*class_path(*_ARTIFACTS), logging]))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "server.properties"
    file.write_text(properties)
    (folder / "log4j2.xml").write_text(_LOGGING)
    java = [jdk(JAVA) / "bin" / "java", f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}", "-cp", jars]
    _format(java, file, identity, *format_options)
    heap = (f"-Xms{heap_mib // 2}m", f"-Xmx{heap_mib}m", "-XX:+UseSerialGC", _QUICK)
    return [*java, *heap, "kafka.Kafka", file]


def _new_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def answers(port: int, *, security: Mapping[str, str] = MappingProxyType({})) -> bool:
    """There is a broker that takes records, which comes some seconds after its port."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", bootstrap_timeout_ms=2000, **security)
    except KafkaError:
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()


def _format(java: Sequence[str | Path], properties: Path, cluster: str, *options: str) -> None:
    """Make the data folder, which a broker does not do by itself."""
    done = subprocess.run(
        [
            *(*java, _QUICK, "kafka.tools.StorageTool", "format"),
            *(f"--cluster-id={cluster}", "-c", properties, *options),  # an id may begin with a hyphen
        ],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"Kafka's folder could not be made: {done.stderr.decode(errors='replace')}")
