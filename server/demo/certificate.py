"""A self-signed certificate for the demo hosts, made at run time and thrown away with its folder."""

import shutil
import subprocess
from pathlib import Path

from server.demo.hosts import HOSTS


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Writes certificate and key (PEM) into `folder`, readable by the owner only.

    The `openssl` program is used, as the project depends on no certificate library. Raises RuntimeError where it is
    missing or fails.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise RuntimeError("the demo shop needs the program openssl for its certificate: apt-get install openssl")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=koubei demo", "-addext", f"subjectAltName={names}", "-days", "30"]
    command += ["-out", str(certificate), "-keyout", str(key)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if made.returncode:
        raise RuntimeError(f"openssl made no certificate: {made.stderr.strip().splitlines()[-1:]}")
    key.chmod(0o600)
    return certificate, key
