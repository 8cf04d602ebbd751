"""The servers that the tests start are what they stand for, and leave nothing behind."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.real_program import start_process
from tests.stack.servers import Server

_OWNER = """
import sys, time
from pathlib import Path
from tests.stack.process import Process
server = Process(["sleep", "600"], port=1, log=Path(sys.argv[1]), answers=lambda _: True)
server.start(wait=False)
print(server.pid, flush=True)
time.sleep(600)
"""


def analysed(node: Server, **request: object) -> list[str]:
    answer = httpx.post(f"{node.address}/_analyze", json=request).raise_for_status()
    return [token["token"] for token in answer.json()["tokens"]]


def test_elasticsearch_has_what_a_normal_node_has(elasticsearch_node: Server) -> None:
    root = httpx.get(elasticsearch_node.address)
    assert root.json()["version"]["number"].startswith("9.")
    assert root.headers["x-elastic-product"] == "Elasticsearch"
    assert analysed(elasticsearch_node, analyzer="english", text="The cats are running") == ["cat", "run"]
    folded = analysed(
        elasticsearch_node, tokenizer="keyword", filter=["lowercase", "asciifolding"], text="Crème Brûlée"
    )
    assert folded == ["creme brulee"]
    for language in ("spanish", "french", "portuguese", "arabic", "russian", "german", "cjk"):
        assert analysed(elasticsearch_node, analyzer=language, text="2026") == ["2026"]


def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path, root: Path) -> None:
    settings = os.environ | {"PYTHONPATH": str(root)}
    owner = start_process(sys.executable, "-c", _OWNER, tmp_path / "log", stdout=subprocess.PIPE, env=settings)
    assert owner.stdout is not None
    leash = int(owner.stdout.readline())
    ended = os.pidfd_open(leash)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    ready, _, _ = select.select([ended], [], [], 60)
    os.close(ended)
    assert ready == [ended]
