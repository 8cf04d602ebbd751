"""Fetches the servers' own files from Maven, without ``mvn``, into the usual local repository (``~/.m2``)."""

import hashlib
import zipfile
from pathlib import Path

import jgo
from jgo.maven import Artifact, MavenContext

from tests.stack.places import CACHE, only_one


def class_path(*coordinates: str) -> list[Path]:
    """The jars of these artifacts and of all that they need; resolving them takes seconds only the first time."""
    endpoint = "+".join(coordinates)
    listed = CACHE / f"{hashlib.sha256(endpoint.encode()).hexdigest()[:16]}.classpath"
    with only_one("artifacts"):
        if listed.exists():
            jars = [Path(line) for line in listed.read_text().splitlines()]
            if all(jar.exists() for jar in jars):
                return jars
        jars = [_whole(artifact) for artifact in jgo.resolve(endpoint)]
        listed.write_text("\n".join(map(str, jars)))
        return jars


def artifact(group: str, name: str, version: str, *, packaging: str = "jar") -> Path:
    """The file of one artifact, without what it needs."""
    with only_one("artifacts"):
        project = MavenContext(timeout=60).project(group, name)
        return _whole(project.at_version(version).artifact(packaging=packaging))


def _whole(artifact: Artifact) -> Path:
    """The file of an artifact; one that a broken download left is fetched again."""
    path = artifact.resolve()
    if not zipfile.is_zipfile(path):
        path.unlink()
        path = artifact.resolve()
    return path
