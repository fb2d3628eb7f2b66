"""Four sources of settings, their order, and what is said of a bad one."""

import os
import subprocess
from pathlib import Path

import pytest

from server.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):

    for name in [name for name in os.environ if name.startswith("KOUBEI_")]:
        monkeypatch.delenv(name)


def test_later_sources_win(tmp_path, monkeypatch):
    assert load_settings(tmp_path).port == 8787
    (tmp_path / "koubei.toml").write_text('port = 9000\nlog_level = "debug"\nallowed_hosts = ["shop.local"]\n')
    assert load_settings(tmp_path).port == 9000
    monkeypatch.setenv("KOUBEI_PORT", "9001")
    monkeypatch.setenv("KOUBEI_ALLOWED_HOSTS", "localhost, shop.local")
    assert load_settings(tmp_path).port == 9001
    settings = load_settings(tmp_path, port=9002, web_threads=None)
    assert (settings.port, settings.log_level, settings.web_threads) == (9002, "debug", 8)
    assert settings.allowed_hosts == ("localhost", "shop.local")


def test_the_home_is_absolute_and_may_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings("here").home == tmp_path / "here"
    monkeypatch.setenv("KOUBEI_HOME", str(tmp_path / "there"))
    assert load_settings().home == tmp_path / "there"
    assert load_settings("here").home == tmp_path / "here"
    monkeypatch.delenv("KOUBEI_HOME")
    assert load_settings().home == Path(load_settings().home).absolute()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("prot = 1", "koubei.toml sets prot, which koubei does not know; it knows .*port"),
        ('port = "8787"', r"koubei.toml sets port to '8787': Expected `int`, got `str`; correct or remove it"),
        ("port = 0", "koubei.toml sets port to 0: Expected `int` >= 1"),
        ("port = x\n", "cannot read .*koubei.toml: .*line 1"),
        ('home = "x"', "koubei.toml sets home, which koubei does not know"),
    ],
)
def test_a_bad_file_is_named_with_its_key(tmp_path, content, words):
    (tmp_path / "koubei.toml").write_text(content)
    with pytest.raises(SettingsError, match=words):
        load_settings(tmp_path)


def test_a_bad_variable_and_a_bad_flag_are_named(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match=r"the command line sets --web-threads to 0: Expected `int` >= 1"):
        load_settings(tmp_path, web_threads=0)
    monkeypatch.setenv("KOUBEI_PORT", "many")
    with pytest.raises(SettingsError, match="the environment sets KOUBEI_PORT to 'many'"):
        load_settings(tmp_path)
    monkeypatch.delenv("KOUBEI_PORT")
    monkeypatch.setenv("KOUBEI_PROT", "1")
    with pytest.raises(SettingsError, match=r"KOUBEI_PROT, which koubei does not know; it knows .*KOUBEI_PORT"):
        load_settings(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "shop.example", ""])  # noqa: S104 -- must be refused
def test_hosts_others_can_reach_are_refused(tmp_path, host):
    with pytest.raises(
        SettingsError, match=r"there is no certificate: .* set tls_certificate and tls_key, or use 127.0.0.1"
    ):
        load_settings(tmp_path, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_fine(tmp_path, host):
    assert load_settings(tmp_path, host=host).host == host


def test_the_variables_of_the_tests_are_no_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("KOUBEI_SHARED", "/elsewhere")
    assert load_settings(tmp_path).home == tmp_path


def certificate(folder, name, key_format="PKCS8", address="127.0.0.1"):
    """A certificate of an address that signed itself, and its key."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "2"]
    words += ["-addext", f"subjectAltName=IP:{address}"]
    subprocess.run([*words, "-out", str(made), "-keyout", str(key)], check=True, capture_output=True)
    if key_format != "PKCS8":
        old = ["openssl", "rsa", "-traditional", "-in", str(key), "-out", str(key)]
        subprocess.run(old, check=True, capture_output=True)
    return {"tls_certificate": str(made), "tls_key": str(key)}


def test_with_a_certificate_others_may_call(tmp_path):
    own = certificate(tmp_path, "own")
    assert load_settings(tmp_path, host="0.0.0.0", **own).host == "0.0.0.0"  # noqa: S104 -- what is tested


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(tmp_path):
    own, other = certificate(tmp_path, "own"), certificate(tmp_path, "other")
    with pytest.raises(SettingsError, match="tls_key is not set; a certificate and its key go together"):
        load_settings(tmp_path, tls_certificate=own["tls_certificate"])
    with pytest.raises(SettingsError, match=r"tls_key .*other.key cannot be used"):
        load_settings(tmp_path, tls_certificate=own["tls_certificate"], tls_key=other["tls_key"])
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(tmp_path, tls_certificate=str(tmp_path / "none.pem"), tls_key=own["tls_key"])
    with pytest.raises(SettingsError, match="openssl pkcs8 -topk8 -nocrypt"):
        load_settings(tmp_path, **certificate(tmp_path, "old", "traditional"))
