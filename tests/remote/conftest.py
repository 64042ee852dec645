"""A real S3 server on loopback, for as long as a test process runs."""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

# They are imported only in the process that runs these tests, because that takes a second.
for _name, _reason in {
    "moto": "moto[server] is not installed: no S3 server to test against",
    "flask": "flask is not installed: no S3 server to test against",
    "flask_cors": "flask_cors is not installed: no S3 server to test against",
    "s3fs": "s3fs is not installed: the extra `remote`",
}.items():
    if not find_spec(_name):
        pytest.skip(_reason, allow_module_level=True)

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the server. The environment names it to every client."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        # At each request it would look for the service among 170 folders.
        patch.setattr(
            DomainDispatcherApplication,
            "get_backend_for_host",
            functools.cache(DomainDispatcherApplication.get_backend_for_host),
        )
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "reader",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
            "COPYDESK_CACHE": str(tmp_path_factory.mktemp("cache")),
        }.items():
            patch.setenv(name, value)
        yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(scope="session")
def s3(server: str) -> Any:
    """Return a boto client for looking at the objects and damaging them."""
    import boto3

    return boto3.client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    """Return a bucket of its own for the test."""
    name = f"news-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def another_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Continue as another machine would: with its own cache, which is empty at first."""

    def move() -> None:
        monkeypatch.setenv("COPYDESK_CACHE", str(tmp_path_factory.mktemp("cache")))

    return move


def objects(s3: Any, bucket: str, prefix: str = "") -> dict[str, int]:
    """Return the objects of a bucket and their sizes."""
    return {
        item["Key"]: item["Size"]
        for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    }
