"""Real web servers for the tests of negotiation, started on a free port of the loopback interface and ended by their own process."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODULES = Path("/usr/lib/apache2/modules")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            for _ in range(100):
                if server.poll() is not None:
                    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            else:
                raise AssertionError(f"no answer on port {port}: {log.read_text(encoding='utf-8', errors='replace')}")
            yield port
        finally:
            server.terminate()
            server.wait(timeout=10)


@contextmanager
def gremiennetz(root: Path, package: Path, log: Path) -> Iterator[int]:
    """Yield the port of ``gremiennetz serve`` with the pages of a package."""
    command = [sys.executable, "-m", "gremiennetz", "serve", "--root", str(root), "--pages", str(package), "--port", "0"]
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output, text=True, encoding="utf-8")
        assert server.stdout
        try:
            found = re.search(r":(\d+)/sparql", server.stdout.readline())
            assert found, log.read_text(encoding="utf-8")
            yield int(found[1])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
            server.stdout.close()


@contextmanager
def nginx(www: Path, package: Path, work: Path) -> Iterator[int]:
    port, work = free_port(), work / "nginx"
    work.mkdir()
    (work / "nginx.conf").write_text(
        f"""daemon off; pid {work}/pid; error_log {work}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  include /etc/nginx/mime.types; access_log off;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  include {package}/server/nginx-http.conf;
  server {{ listen 127.0.0.1:{port}; root {www}; include {package}/server/nginx-site.conf; }}
}}
""",
        encoding="utf-8",
    )
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    # as root the workers would run as nobody, who may not look into the folders of the tests
    with running([binary, "-c", str(work / "nginx.conf"), "-g", "user root;"], port, work / "log") as started:
        yield started


@contextmanager
def apache(www: Path, package: Path, work: Path) -> Iterator[int]:
    del package
    port, work = free_port(), work / "apache"
    work.mkdir()
    modules = ("mpm_event", "authz_core", "dir", "mime", "rewrite", "setenvif", "headers", "env")
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)
    (work / "httpd.conf").write_text(
        f"""{loads}
ServerName localhost
ServerRoot {work}
PidFile {work}/pid
ErrorLog {work}/error.log
Listen 127.0.0.1:{port}
TypesConfig /etc/mime.types
DirectoryIndex index.html
DocumentRoot {www}
<Directory {www}>
  AllowOverride FileInfo
  Require all granted
</Directory>
""",
        encoding="utf-8",
    )
    binary = shutil.which("apache2") or "/usr/sbin/apache2"
    with running([binary, "-X", "-f", str(work / "httpd.conf")], port, work / "log") as started:
        yield started


def get(port: int, path: str, accept: str | None = None, method: str = "GET", **more: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in more.items()}
    connection.request(method, path, headers={"Accept": accept, **named} if accept is not None else named)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body
