"""Certificates for servers of this machine, by an authority of their own."""

import ssl
from pathlib import Path
from typing import NamedTuple

import trustme
from cryptography.hazmat.primitives import serialization

from tests.stack.places import HERE


class Certificate(NamedTuple):
    """Files of a certificate and its key, one of both, and one of who signed it."""

    cert: Path
    key: Path
    both: Path
    authority: Path

    @property
    def trusted(self) -> ssl.SSLContext:
        """What trusts it."""
        return ssl.create_default_context(cafile=self.authority)


def certificate(folder: Path) -> Certificate:
    """A certificate for this machine, in PEM; the key is PKCS#8, as Java reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificate(*(folder / f"{name}.pem" for name in ("cert", "key", "both", "authority")))
    authority = trustme.CA()
    issued = authority.issue_cert(HERE, "localhost")
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    made.cert.write_bytes(chain)
    made.key.write_bytes(key)
    made.both.write_bytes(key + chain)
    authority.cert_pem.write_to_path(str(made.authority))
    return made
