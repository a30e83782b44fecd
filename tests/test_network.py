"""The guard of the tests: no process that they start may reach another machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("socket.create_connection(('192.0.2.1', 80), 1)", "192.0.2.1"),
        ("socket.getaddrinfo('example.org', 80)", "example.org"),
        ("import urllib.request; urllib.request.urlopen('http://example.org')", "example.org"),
        ("import http.client; http.client.HTTPSConnection('example.org').request('GET', '/')", "example.org"),
    ],
)
def test_a_connection_elsewhere_is_refused_and_written_down(tmp_path: Path, code: str, refused: str) -> None:
    log = tmp_path / "sockets"
    environment = {**os.environ, "RESOURCE_CITIES_SOCKETS": str(log)}
    command = [sys.executable, "-c", f"import socket; {code}"]
    assert subprocess.run(command, env=environment, capture_output=True).returncode != 0
    assert refused in log.read_text(encoding="utf-8")


def test_processes_of_this_machine_may_speak_to_each_other(tmp_path: Path) -> None:
    log = tmp_path / "sockets"
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(s.getsockname(), 5); socket.getaddrinfo('localhost', 80)"
    )
    environment = {**os.environ, "RESOURCE_CITIES_SOCKETS": str(log)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
    assert not log.exists()
