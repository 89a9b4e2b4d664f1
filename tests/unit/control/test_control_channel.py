import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import aio
from running_control import until
from scripted_executor import ScriptedExecutor

from control.executors.channel import InsecureTargetError, open_channel
from control.settings import Settings
from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc as pb_grpc


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certify(folder: Path, name: str, authority: str) -> None:
    openssl(
        folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", f"{name}.key", "-out", f"{name}.csr",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-days", "1", "-copy_extensions", "copy", "-CAcreateserial",
        "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-out", f"{name}.pem",
    )  # fmt: skip


@pytest.fixture
def certificates(home: Path) -> Path:
    for authority in ("ca", "stranger"):
        openssl(
            home, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "1", "-subj", f"/CN={authority}",
            "-keyout", f"{authority}.key", "-out", f"{authority}.pem",
        )  # fmt: skip
    certify(home, "executor", "ca")
    certify(home, "control", "ca")
    certify(home, "outsider", "stranger")
    return home


def settings_of(folder: Path, name: str) -> Settings:
    return Settings(
        executor_ca_file=folder / "ca.pem",
        executor_cert_file=folder / f"{name}.pem",
        executor_key_file=folder / f"{name}.key",
    )


async def serve_tls(folder: Path) -> tuple[aio.Server, int]:
    credentials = grpc.ssl_server_credentials(
        [((folder / "executor.key").read_bytes(), (folder / "executor.pem").read_bytes())],
        root_certificates=(folder / "ca.pem").read_bytes(),
        require_client_auth=True,
    )
    server = aio.server()
    pb_grpc.add_ExecutorServicer_to_server(ScriptedExecutor(""), server)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    return server, port


async def test_an_executor_on_another_host_is_used_over_mutual_tls(
    start_control: Any, certificates: Path
) -> None:
    server, port = await serve_tls(certificates)
    try:
        tls = settings_of(certificates, "control").model_dump(
            include={"executor_ca_file", "executor_cert_file", "executor_key_file"}
        )
        control = await start_control(executors=(f"127.0.0.1:{port}",), **tls)
        await until(control.ready)
        assert (await control.execute(language="py", code=""))[0] == 200
    finally:
        await server.stop(0)


async def test_a_certificate_of_another_authority_is_not_let_in(certificates: Path) -> None:
    server, port = await serve_tls(certificates)
    channel = open_channel(f"127.0.0.1:{port}", settings_of(certificates, "outsider"))
    try:
        stub = pb_grpc.ExecutorStub(channel)
        with pytest.raises(aio.AioRpcError) as error:
            await stub.ListRuntimes(pb.ListRuntimesRequest())
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    finally:
        await channel.close()
        await server.stop(0)


async def test_without_certificates_it_is_not_reached_at_all() -> None:
    with pytest.raises(InsecureTargetError, match="mutual TLS"):
        open_channel("10.0.0.1:9000", Settings())
