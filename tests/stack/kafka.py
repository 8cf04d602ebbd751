"""A real Kafka broker (KRaft, one node) from its Maven artifacts, small and quick to come back."""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.stack.artifacts import artifact, class_path
from tests.stack.java import jdk
from tests.stack.places import CannotStart, free_port
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
log.segment.delete.delay.ms=1000
# What is to be deleted is looked for often, and not every 5 minutes.
log.retention.check.interval.ms=5000
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
    # Alone: resolved with the others, what it manages would bring an older kafka-clients.
    logging = artifact("org.apache.logging.log4j", "log4j-slf4j-impl", "2.24.3")
    jars = ":".join(map(str, [*class_path(*_ARTIFACTS), logging]))
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    ports = {"port": port, "secured_port": free_port(), "controller_port": free_port()}
    properties.write_text(_PROPERTIES.format(**ports, folder=folder))
    (folder / "log4j2.xml").write_text(_LOGGING)
    java = [jdk(JAVA) / "bin" / "java", f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}", "-cp", jars]
    _format(java, properties)
    heap = (f"-Xms{heap_mib // 2}m", f"-Xmx{heap_mib}m", "-XX:+UseSerialGC", _QUICK)
    return Process([*java, *heap, "kafka.Kafka", properties], port=port, log=folder / "kafka.log", answers=answers)


def answers(port: int) -> bool:
    """There is a broker that takes records, which comes some seconds after its port."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", bootstrap_timeout_ms=2000)
    except KafkaError:
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()


def _format(java: Sequence[str | Path], properties: Path) -> None:
    """Make the data folder, which a broker does not do by itself."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    done = subprocess.run(
        [
            *(*java, _QUICK, "kafka.tools.StorageTool", "format"),
            *("--standalone", f"--cluster-id={cluster}", "-c", properties),  # an id may begin with a hyphen
        ],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"Kafka's folder could not be made: {done.stderr.decode(errors='replace')}")
