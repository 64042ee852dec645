from __future__ import annotations

from copydesk.transforms import tag
from copydesk.transforms.article import Document
from copydesk.transforms.tag.tagger import View
from tests.tag.pages import PROSE, text_tags


def test_every_column_is_declared_once_with_a_sentence() -> None:
    names = [field.name for field in tag.COLUMNS]
    assert len(names) == len(set(names))
    assert all(field.metadata[b"meaning"].endswith(b".") for field in tag.COLUMNS)


def test_every_tagger_fills_only_its_own_columns() -> None:
    others = {"canonical_url", "authors"}
    for tagger in tag.TAGGERS:
        found = tagger.find(
            View(
                Document(
                    f"Rain in Rome\nBy Ana Ruiz\nOSLO (AP) – {PROSE}",
                    url="https://www.bbc.co.uk/2024/01/05/a",
                ),
                tag.Options(),
            )
        )
        assert set(found.values) <= {field.name for field in tagger.columns} | others


def test_every_cut_is_by_a_declared_rule() -> None:
    rules = {name for name, _, _ in tag.RULES} | {"blank_line"}
    assert {cut.rule for cut in text_tags(f"Rain in Rome\n\nBy Ana Ruiz\n{PROSE}").removed} <= rules
