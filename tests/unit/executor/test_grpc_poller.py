"""How gRPC's core is set up: in processes of their own, since it reads its settings once."""

import os
import subprocess
import sys

import pytest

USE = """
import {module}, asyncio
from grpc import aio

async def main():
    await aio.insecure_channel("unix:/nonexistent").close()

asyncio.run(main())
print(__import__("os").environ["GRPC_EXPERIMENTS"])
"""


def use(module: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    words = [sys.executable, "-c", USE.format(module=module)]
    return subprocess.run(words, env=environment | variables, check=True, capture_output=True, text=True)


@pytest.mark.parametrize("module", ["control.__main__", "executor.__main__"])
def test_the_installed_grpc_knows_the_poller_that_is_chosen(module: str) -> None:
    done = use(module)
    assert "-event_engine_client" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("module", ["control.__main__", "executor.__main__"])
def test_an_operator_has_the_last_word(module: str) -> None:
    assert "Unknown experiment: no_such_poller" in use(module, GRPC_EXPERIMENTS="-no_such_poller").stderr


@pytest.mark.parametrize("package", ["control", "executor"])
def test_a_service_chooses_before_grpc_is_imported(package: str) -> None:
    code = f"import {package}, os, sys; print('GRPC_EXPERIMENTS' in os.environ, 'grpc' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout == "True False\n"
