"""The certificate that a process serves with, read again when it has been renewed."""

import asyncio
import ssl
from pathlib import Path
from typing import Final, Self

import structlog

from captionflow.errors import Misconfigured
from captionflow.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 30.0
"""How often the files are looked at. Certificates are renewed days before they end."""


class Certificate:
    """A certificate with its chain and key, for all connections from now on. TLS 1.2 and newer."""

    def __init__(self, chain: Path, key: Path | None) -> None:
        """``chain``: PEM, the certificate first; ``key``: PEM, None if it is in the same file.

        Raises:
            Misconfigured: a file can't be read, or the two don't belong together.
        """
        self._files = (chain, key or chain)
        self._seen = self._state()
        _load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), *self._files)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.set_alpn_protocols(["http/1.1"])
        _load(self.context, *self._files)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The certificate that the settings name, or None for plain HTTP.

        Raises:
            Misconfigured: it can't be used, or only a key is named.
        """
        if settings.tls_cert is not None:
            return cls(settings.tls_cert, settings.tls_key)
        if settings.tls_key is not None:
            raise Misconfigured("CAPTIONFLOW_TLS_KEY is set without CAPTIONFLOW_TLS_CERT: set both, or neither.")
        return None

    async def follow(self) -> None:
        """Serve with a renewed certificate as soon as its files are there; without an end.

        Open connections keep the old one. What can't be used, as files are between two writes, is logged and left
        alone.
        """
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Read the files again if they have changed."""
        now = self._state()
        if now == self._seen:
            return
        self._seen = now
        try:
            _load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), *self._files)  # a half-renewed pair stays out
            _load(self.context, *self._files)
        except Misconfigured as error:
            log.warning("certificate_not_renewed", reason=str(error))
        else:
            log.info("certificate_renewed", path=str(self._files[0]))

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What changes when a file is written anew or replaced, behind a symbolic link too."""
        return tuple(_state(path) for path in self._files)


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _load(context: ssl.SSLContext, chain: Path, key: Path) -> None:
    def no_password() -> str:
        raise Misconfigured(
            f"The key in {key} is encrypted: decrypt it (`openssl pkey`), and protect the file instead."
        )

    for path, setting in ((chain, "CAPTIONFLOW_TLS_CERT"), (key, "CAPTIONFLOW_TLS_KEY")):
        try:
            path.open("rb").close()
        except OSError as error:
            raise Misconfigured(
                f"{path} can't be read ({error.strerror}): set {setting} to a PEM file that can."
            ) from error
    try:
        context.load_cert_chain(chain, key, no_password)
    except ssl.SSLError as error:
        raise Misconfigured(
            f"{chain} and {key} are no certificate with its key ({error.reason or error}): set CAPTIONFLOW_TLS_CERT to "
            "the certificate with its chain and CAPTIONFLOW_TLS_KEY to its key, both in PEM."
        ) from error
