"""The control plane does what its OpenAPI document says, and nothing else: Schemathesis makes requests that
the document allows, and ones that it does not, and checks every answer against it.

The same requests each time. `make fuzz-api` makes others, for as long as one likes.
"""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from running_control import Control
from schemathesis_hooks import FILE, SESSION, TO_DELETE
from scripted_executor import ScriptedExecutor

HERE = Path(__file__).parent
FUZZ_S = int(os.environ.get("HEARTH_FUZZ_API_S", "0"))
COMMAND = Path(sys.executable).with_name("schemathesis")
# What schemathesis.toml takes out; test_control_admin.py has it.
LEFT_OUT = {
    ("PATCH", "/v1/admin/tenants/{id}"),
    ("POST", "/v1/admin/keys/{id}/rotate"),
    ("DELETE", "/v1/admin/keys/{id}"),
}
SAME_EACH_TIME = ("--generation-deterministic", "--max-examples", "20")


@pytest.mark.timeout(FUZZ_S + 240)
async def test_answers_are_what_the_document_says(control: Control, executor: ScriptedExecutor) -> None:
    held = executor.hold(SESSION.removeprefix("s_one_"))
    for file in (FILE, TO_DELETE):
        held.put(file.encode(), b"content")
    amount = ("--max-time", str(FUZZ_S)) if FUZZ_S else SAME_EACH_TIME
    process = await asyncio.create_subprocess_exec(
        COMMAND,
        "run",
        control.url + "/openapi.json",
        "--no-color",
        *amount,
        cwd=HERE,
        env={**os.environ, "HEARTH_API_KEY": control.key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    told = "\n".join(line[:500] for line in output.decode(errors="replace").splitlines())
    assert process.returncode == 0, told
    # It is no proof of anything if nothing was ever accepted.
    _, document = await control.get("/openapi.json")
    operations = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    async with control.http.get("/metrics") as response:
        counted = re.findall(
            r'request_seconds_count\{method="(\w+)",route="([^"]+)",status="2\d\d"\}', await response.text()
        )
    assert operations - set(counted) == LEFT_OUT, told
