"""Resident memory of the worker for each open stream, from none to thousands."""

from __future__ import annotations

import datetime as dt
import ipaddress
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Plan, load
from tests.benchmarks.processes import raise_file_limit
from tests.benchmarks.report import Report
from tests.benchmarks.servers import upstream, worker
from tests.benchmarks.streaming import FIRST_WAIT, Shape
from tests.benchmarks.upstream import question

STREAMS: Final = 5000
STREAMS_WITH_TLS: Final = 1000
OPENED: Final = 150
SECONDS_A_TOKEN: Final = 5


async def measure(ground: Ground, report: Report) -> None:
    """Open them, and look."""
    report.title(
        "Memory of an open stream",
        "Resident memory of the worker with all streams open, less that of a worker that has answered a few, for each"
        f" stream; the upstream says a token each {SECONDS_A_TOKEN} s.",
    )
    # A stream is two sockets of the worker.
    most = (raise_file_limit() - 500) // 2
    streams = 200 if ground.quick else min(STREAMS, most)
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        certificate = _certificate(Path(directory))
        rows = [
            await _row(ground, "plain HTTP", streams),
            await _row(ground, "TLS to the upstream", min(streams, STREAMS_WITH_TLS), certificate),
        ]
    report.table(["", "streams", "KiB a stream", "before, MiB", "all open, MiB", "after, MiB"], rows)
    if streams < STREAMS and not ground.quick:
        report.say(f"Fewer than {STREAMS:,} streams, since no more than {2 * most:,} files may be open here.")
    for name, count, kib, *_ in rows:
        report.aim(f"KiB a stream, {name}, {count} streams", float(kib), 40, at_most=True, digits=1)


async def _row(ground: Ground, name: str, streams: int, certificate: str | None = None) -> list[str]:
    trusting: Mapping[str, str] = {"SSL_CERT_FILE": certificate} if certificate else {}
    shape = Shape(streams, streams / SECONDS_A_TOKEN, OPENED, 1 if ground.quick else 3)
    async with (
        upstream(certificate) as provider,
        worker(ground.database, ground.crowd.in_many, provider.base_url, trusting) as server,
    ):
        few = [server.request(question(2, 0.01, FIRST_WAIT), number) for number in range(8)]
        await load(Plan(server.port, server.pid, few, every=0.05))
        outcome, _, end = await shape.of(server, provider.control)
    before, full, after = outcome.samples[0].resident, end.resident, outcome.samples[-1].resident
    figures = [f"{each / 2**20:.1f}" for each in (before, full, after)]
    return [name, str(streams), f"{(full - before) / 1024 / streams:.1f}", *figures]


def _certificate(directory: Path) -> str:
    """A file with a key and a certificate of 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = directory / "key_and_certificate.pem"
    path.write_bytes(secret + signed.public_bytes(pem))
    return str(path)
