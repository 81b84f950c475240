"""Repeated text as a share: exact where two reports are compared, and the right reports compared."""

from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.auditing import similarity
from dagster_project.auditing.profiles import profiles
from dagster_project.auditing.similarity import repetitions, similarities
from schemas import CELLS, PROFILES, SECTIONS, TEXT_SIMILARITY

CHARACTERS = "公开信息目录栏目更新审核答复登记咨询窗口解读政策企业群众学习检查"


def sentence(key: str) -> str:
    random = Random(key)
    return "".join(random.choices(CHARACTERS, k=random.randint(20, 40)))


def text(*keys: str) -> str:
    return "。".join(sentence(key) for key in keys) + "。"


def keys(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def report(document: str, body: str, year: int, content: str, **section) -> pl.DataFrame:
    described = pl.DataFrame(
        {"document_id": [document], "body_id": [f"{hash_of(body):016x}"], "body_name": [body], "report_year": [year]},
        schema_overrides={"report_year": pl.Int32},
    ).with_columns(
        scope=pl.lit("own"),
        form=pl.lit("2021"),
        lane=pl.lit("fast"),
        reader_version=pl.lit(1),
        content_sha256=pl.lit(None, pl.String),
        body_level=pl.lit("county"),
        body_kind=pl.lit("department"),
    )
    row = {"document_id": document, "position": 1, "chapter": 1, "heading": "一、总体情况", "text": content} | section
    return PROFILES.validate(profiles(CELLS.empty(), SECTIONS.build([row]), described))


def hash_of(body: str) -> int:
    return sum(ord(character) << (8 * place) for place, character in enumerate(body)) % 2**64


def similar(this_year: list[pl.DataFrame], last_year: list[pl.DataFrame] | None = None) -> dict[tuple[str, str], tuple[str, float]]:
    found = TEXT_SIMILARITY.validate(similarities(pl.concat(this_year), pl.concat(last_year or [PROFILES.empty()])))
    return {
        (document, kind): (other, round(share, 3))
        for document, kind, other, share in found.select("document_id", "kind", "other_document_id", "share").iter_rows()
    }


A, B, C = "00000000000000aa", "00000000000000bb", "00000000000000cc"


def test_a_text_taken_over_from_last_year_is_found_whatever_its_numbers():
    now = report(A, "甲局", 2023, "2023年，甲局办理5件。" + text(*keys("x", 20)))
    before = report(B, "甲局", 2022, "2022年，甲局办理18件。" + text(*keys("x", 20)))
    assert similar([now], [before]) == {(A, "last_year"): (B, 1.0)}


def test_a_text_taken_over_from_another_body_is_found_whatever_the_names():
    one = report(A, "甲局", 2023, "甲局认真做好全年公开工作。" + text(*keys("x", 20)))
    two = report(B, "乙办公室", 2023, "乙办公室认真做好全年公开工作。" + text(*keys("x", 20)))
    assert similar([one, two]) == {(A, "other_body"): (B, 1.0), (B, "other_body"): (A, 1.0)}


def test_the_share_is_that_of_the_characters():
    shared, own = keys("x", 12), keys("y", 6)
    one, two = report(A, "甲局", 2023, text(*shared, *own)), report(B, "乙局", 2023, text(*shared))
    repeated = sum(len(sentence(key)) for key in shared)
    whole = repeated + sum(len(sentence(key)) for key in own)
    assert similar([one, two])[A, "other_body"] == (B, round(repeated / whole, 3))
    assert similar([one, two])[B, "other_body"] == (A, 1.0)


def test_the_nearest_of_several_bodies_is_named():
    one = report(A, "甲局", 2023, text(*keys("x", 20)))
    half = report(B, "乙局", 2023, text(*keys("x", 12), *keys("y", 8)))
    most = report(C, "丙局", 2023, text(*keys("x", 18), *keys("z", 2)))
    assert similar([one, half, most])[A, "other_body"][0] == C


def test_reports_of_the_same_body_and_year_are_no_other_body():
    one, two = (report(each, "甲局", 2023, text(*keys("x", 20))) for each in (A, B))
    assert similar([one, two]) == {}


def test_texts_of_their_own_are_like_none():
    reports = [report(f"{number:016x}", f"{number}局", 2023, text(*keys(f"{number}-", 15))) for number in range(40)]
    assert similar(reports) == {}


@pytest.mark.parametrize("count", [3, similarity.LEAST_SENTENCES - 1])
def test_little_text_is_alike_by_chance_and_left_out(count):
    one, two = (report(each, body, 2023, text(*keys("x", count))) for each, body in ((A, "甲局"), (B, "乙局")))
    assert similar([one, two]) == {}


def test_the_last_chapter_and_what_follows_it_on_the_page_are_left_out():
    tail = {"chapter": 6, "position": 7}
    one, two = (report(each, body, 2023, text(*keys("x", 20)), **tail) for each, body in ((A, "甲局"), (B, "乙局")))
    assert similar([one, two]) == {}


def test_a_repetition_is_a_finding_from_the_stated_share_on():
    full, part = keys("x", 20), [*keys("x", 8), *keys("y", 12)]
    now = pl.concat([report(A, "甲局", 2023, text(*full)), report(C, "丙局", 2023, text(*part))])
    before = pl.concat([report(B, "甲局", 2022, text(*full)), report("00000000000000dd", "丙局", 2022, text(*full))])
    found = list(repetitions(similarities(now, before), pl.concat([now, before])))
    assert [(each.document_id, each.rule) for each in found] == [(A, "similarity.last_year")]
    assert "100% of the text stands in the body's own report of the year before" in found[0].diagnosis
    assert "甲局 2022" in found[0].diagnosis


def test_hundreds_of_bodies_with_one_text_each_find_another_and_are_compared_with_few(monkeypatch):
    compared = []
    repeated_in = similarity._Text.repeated_in
    monkeypatch.setattr(similarity._Text, "repeated_in", lambda one, two: compared.append(1) or repeated_in(one, two))
    reports = [report(f"{number:016x}", f"{number}局", 2023, text(*keys("x", 20))) for number in range(120)]
    found = similar(reports)
    assert len(found) == 120
    assert {share for _, share in found.values()} == {1.0}
    assert len(compared) <= 120 * similarity.MOST_COMPARED


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(0, 20))
def test_the_share_is_between_none_and_all_and_never_more_than_what_is_shared(shared, own):
    one = report(A, "甲局", 2023, text(*keys("x", shared), *keys("y", own)))
    two = report(B, "甲局", 2022, text(*keys("x", 20)))
    found = similar([one], [two])
    if (A, "last_year") in found:
        share = found[A, "last_year"][1]
        assert 0 <= share <= 1
        assert (share == 1) is (own == 0)
        assert (share == 0) is (shared == 0)
