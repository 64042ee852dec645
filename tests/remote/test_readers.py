"""The readers of docs/object-stores.md run word for word against a server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.remote.test_warehouse import opened, publish

PAGE = (Path(__file__).parents[2] / "docs" / "object-stores.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def root(server: str) -> str:
    """Return a warehouse of three snapshots, each of which wrote the file of November again."""
    import boto3

    boto3.client("s3").create_bucket(Bucket="readers")
    for number in range(3):
        publish(opened("s3://readers/wh"), f"run{number}", 2 * number, 2 * number + 1)
    return "s3://readers/wh"


@pytest.fixture(scope="module")
def resolved(root: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(blocks("python")[0].replace("s3://news/warehouse", root), names)
    return names


@pytest.fixture(autouse=True)
def _loopback_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")


@pytest.mark.parametrize(
    "block", blocks("python")[1:], ids=lambda block: block.split()[1].split(".")[0]
)
def test_a_reader_of_the_page_sees_the_six_articles(
    block: str, resolved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(block.split()[1].split(".", maxsplit=1)[0])
    exec(block, dict(resolved))
    printed = capsys.readouterr().out
    assert "n_words" in printed
    assert (
        printed.count("NULL") >= 6
        or printed.count("null") >= 6
        or printed.count("None") + printed.count("NaN") >= 6
    )


def test_sql_alone_resolves_the_snapshot(resolved: dict[str, Any], root: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    database = duckdb.connect()
    database.register_filesystem(resolved["store"])
    *settings, query = (
        blocks("sql")[0].replace("s3://news/warehouse", root).strip().rstrip(";").split(";\n")
    )
    for setting in settings:
        database.execute(setting)
    assert len(database.sql(query).fetchall()) == 6


def _duckdb(folder: str, store: Any) -> Any:
    import duckdb

    database = duckdb.connect()
    database.register_filesystem(store)
    return database.sql(f"SELECT count(*) FROM '{folder}/*.parquet'").fetchall()


def _polars(folder: str, _: Any) -> Any:
    import polars

    return polars.scan_parquet(f"{folder}/").select(polars.len()).collect()


def _pandas(folder: str, _: Any) -> Any:
    import pandas

    return pandas.read_parquet(folder)


def _pyarrow(folder: str, store: Any) -> Any:
    import pyarrow.dataset

    return pyarrow.dataset.dataset(
        folder.removeprefix("s3://"), filesystem=store, format="parquet"
    ).count_rows()


@pytest.mark.parametrize(
    "read", [_duckdb, _polars, _pandas, _pyarrow], ids=lambda read: read.__name__[1:]
)
def test_a_reader_of_the_whole_folder_fails_instead_of_mixing_snapshots(
    read: Callable[[str, Any], Any], resolved: dict[str, Any], root: str
) -> None:
    pytest.importorskip(read.__name__[1:])
    with pytest.raises(Exception, match=r"(?i)magic"):
        read(f"{root}/tables/articles", resolved["store"])
