"""Check what `copydesk ingest seeds/` wrote when the installed wheel ran it.

    python installed.py WAREHOUSE

The Python of the wheel's own environment runs this file, from another folder than the checkout.
"""

import sys
from pathlib import Path

import pyarrow.dataset as ds

import copydesk


def rows(warehouse: Path, table: str) -> list[dict]:
    return ds.dataset(str(warehouse / "current" / table)).to_table().to_pylist()


def main(warehouse: Path) -> None:
    package = Path(copydesk.__file__).parent
    assert "site-packages" in package.parts, f"copydesk came from {package}, not from the wheel"
    articles = {row["source_uri"]: row for row in rows(warehouse, "articles")}
    assert len(articles) == 5, sorted(articles)
    assert not rows(warehouse, "duplicates")
    assert not rows(warehouse, "rejects")
    (run,) = rows(warehouse, "runs")
    assert (run["n_read"], run["n_articles"]) == (5, 5), run
    assert {row["rule"] for row in rows(warehouse, "removed")} >= {
        "headline",
        "byline",
        "blank_line",
    }
    stories = {row["story_id"] for name, row in articles.items() if not name.startswith("004")}
    assert len(stories) == 1, stories
    print(
        f"the wheel in {package} ingested 5 articles as {len({row['story_id'] for row in articles.values()})} stories"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
