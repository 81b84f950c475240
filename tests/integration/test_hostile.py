"""Files that must not be believed publish no number, and wrapping a report changes none of its numbers.

Here: broken real documents, made-up reports in every container and encoding, reports with damaged bytes. Not here: each kind's
own damage (tests/unit), files that go wrong on disk (``test_bad_input``).
"""

import base64
import io
import json
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random

import polars as pl
import pytest

from dagster_project.documents.kinds import sniff
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layouts import RENDERERS, Layout, Rendered
from dagster_project.synthesis.truth import make_truth
from schemas import CELLS, DOCUMENTS, FINDINGS

BODY = "霁川县自然资源局"


def report(seed: str = "hostile", year: int = 2022, body: str = BODY, kind: str = "html", **layout: object) -> Rendered:
    truth = make_truth(seed, "2021", body=body, year=year, activity="hundreds")
    return RENDERERS[kind](truth, Layout(seed=7, **layout))


def read(raw: Path, files: Mapping[str, bytes]) -> dict[str, pl.DataFrame]:
    sources = []
    for path, content in files.items():
        (raw / path).parent.mkdir(parents=True, exist_ok=True)
        (raw / path).write_bytes(content)
        sources.append(Source(path, sha256(content).hexdigest(), "undated", sniff(content, path)))
    return read_batch(sources, raw)


def values(frames: Mapping[str, pl.DataFrame], document_id: str) -> dict[str, Decimal | None]:
    return dict(frames[CELLS.name].filter(document_id=document_id).select("cell", "value").iter_rows())


def printed(rendered: Rendered) -> dict[str, Decimal | None]:
    return {cell: one.value for cell, one in rendered.printed.items()}


def packed(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def saved(content: bytes) -> bytes:
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="next"\r\n\r\n'
    part = "--next\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return (head + part).encode() + base64.encodebytes(content) + b"--next--\r\n"


@pytest.mark.corpus
class TestBrokenDocuments:
    # How each file must end; the PDF may also be read rightly one day, and then this test is where to say how.
    ENDS = {
        "blank-template-2021.docx": ("not_a_report", {"template"}),
        "jinhu-2023-mojibake.json": ("quarantined", {"mojibake"}),
        "jinhu-2023-questionmarks.json": ("quarantined", {"characters_lost"}),
        "two-years-side-by-side.pdf": ("quarantined", {"several_reports"}),
    }

    @pytest.fixture(scope="class")
    @classmethod
    def frames(cls, corpus: Path) -> dict[str, pl.DataFrame]:
        folder = corpus / "hostile"
        sources = []
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            sources.append(Source(path.name, sha256(content).hexdigest(), "undated", sniff(content, path.name)))
        return read_batch(sources, folder)

    def test_every_file_is_known_to_this_test(self, corpus):
        assert {path.name for path in (corpus / "hostile").iterdir()} == set(self.ENDS)

    @pytest.mark.parametrize("name", ENDS)
    def test_it_ends_with_a_good_reason(self, frames, name):
        (document,) = frames[DOCUMENTS.name].filter(source_path=name).to_dicts()
        outcome, reasons = self.ENDS[name]
        assert document["outcome"] == outcome
        assert document["reason_code"] in reasons
        assert document["detail"].endswith(".")

    def test_no_number_is_published(self, frames):
        assert frames[CELLS.name].height == 0

    def test_packing_them_changes_nothing(self, corpus, frames, tmp_path):
        files = {name: (corpus / "hostile" / name).read_bytes() for name in self.ENDS}
        again = read(tmp_path, {"all.zip": packed(files)})
        assert again[CELLS.name].height == 0
        ends = dict(frames[DOCUMENTS.name].select("source_path", "reason_code").iter_rows())
        assert dict(again[DOCUMENTS.name].select("member", "reason_code").iter_rows()) == ends

    @pytest.mark.parametrize("name", [name for name in ENDS if name.endswith(".json")])
    @pytest.mark.parametrize("extension", ["txt", "html", "md", "csv", "dat"])
    def test_another_name_changes_nothing(self, corpus, tmp_path, name, extension):
        found = read(tmp_path, {f"a.{extension}": (corpus / "hostile" / name).read_bytes()})
        assert found[CELLS.name].height == 0
        assert found[DOCUMENTS.name]["outcome"].to_list() == ["quarantined"]


class TestContainers:
    """One report, wrapped in every way: the same cells, and where it stood."""

    @pytest.fixture(scope="class")
    @classmethod
    def plain(cls) -> Rendered:
        return report()

    @staticmethod
    def wrapped(content: bytes) -> dict[str, bytes]:
        text = content.decode()
        return {
            "2022/zip.zip": packed({"x/page.html": content}),
            "2022/saved.mht": saved(content),
            "2022/saved-in-zip.zip": packed({"saved.mht": saved(content)}),
            "2022/export.json": json.dumps({"data": {"html": text}}).encode(),
            "2022/export-in-export.json": json.dumps({"data": json.dumps({"html": text}, ensure_ascii=False)}).encode(),
            "2022/export-in-zip.zip": packed({"export.json": json.dumps([{"html": text}]).encode()}),
            "2022/export-gbk.json": json.dumps({"html": text}, ensure_ascii=False).encode("gb18030"),
            "2022/lines.json": b'{"html": ""}\n' + json.dumps({"html": text}).encode() + b"\n",
            "2022/gbk.html": content.decode().encode("gb18030"),
            "2022/utf-16.html": content.decode().encode("utf-16"),
            "2022/utf-16-without-mark.html": content.decode().encode("utf-16-le"),
            "2022/misread.html": content.decode("latin-1").encode(),
            "2022/misread-gbk.html": content.decode().encode("gb18030").decode("latin-1").encode(),
        }

    @pytest.fixture(scope="class")
    @classmethod
    def frames(cls, plain, tmp_path_factory):
        return read(tmp_path_factory.mktemp("raw"), cls.wrapped(plain.content))

    def test_each_has_the_cells_of_the_report(self, frames, plain):
        documents = frames[DOCUMENTS.name]
        assert documents["outcome"].to_list() == ["report"] * len(self.wrapped(plain.content))
        for document in documents.to_dicts():
            assert values(frames, document["document_id"]) == printed(plain), document["source_path"]
            assert (document["body_name"], document["report_year"]) == (BODY, 2022), document["source_path"]

    def test_each_says_where_it_stood(self, frames):
        members = dict(frames[DOCUMENTS.name].select("source_path", "member").iter_rows())
        assert members["2022/zip.zip"] == "x/page.html"
        assert members["2022/saved.mht"] == ""
        assert members["2022/export.json"] == "/data/html"
        assert members["2022/export-in-export.json"] == "/data/html"
        assert members["2022/export-in-zip.zip"] == "export.json#/0/html"
        assert members["2022/lines.json"] == "line 2/html"

    def test_each_says_how_its_characters_were_decoded(self, frames):
        encodings = dict(frames[DOCUMENTS.name].select("source_path", "encoding").iter_rows())
        assert encodings["2022/gbk.html"] == "gb18030"
        assert encodings["2022/export-gbk.json"] == "gb18030"
        assert encodings["2022/utf-16.html"] == "utf-16"
        assert encodings["2022/utf-16-without-mark.html"] == "utf-16-le"
        assert encodings["2022/misread.html"] == "utf-8 (mojibake of latin-1 reversed)"

    def test_text_that_was_put_back_is_a_finding(self, frames):
        found = (
            frames[FINDINGS.name].filter(rule="intake.mojibake_reversed").join(frames[DOCUMENTS.name], on="document_id")
        )
        assert sorted(found["source_path"]) == ["2022/misread-gbk.html", "2022/misread.html"]

    def test_every_identifier_differs(self, frames):
        assert frames[DOCUMENTS.name]["document_id"].is_unique().all()


class TestSeveral:
    BODIES = ("霁川县财政局", "霁川县教育局", "霁川县林业局")

    def test_each_report_of_an_archive_is_one_and_what_is_none_has_its_own_row(self, tmp_path):
        pages = {body: report(body, body=body) for body in self.BODIES}
        files = {f"报告/{body}.html": page.content for body, page in pages.items()}
        files |= {
            "报告/目录.txt": "目录".encode(),
            "旧/inner.zip": packed({"a.html": b"x"}),
            "../out.html": b"x",
            "logo.png": b"\x89PNG\r\n\x1a\n",
        }
        frames = read(tmp_path, {"2022/all.zip": packed(files)})
        ends = {row["member"]: (row["outcome"], row["reason_code"]) for row in frames[DOCUMENTS.name].to_dicts()}
        assert ends.pop("../out.html") == ("quarantined", "unsafe_path")
        assert ends.pop("旧/inner.zip") == ("quarantined", "nested")
        assert ends.pop("报告/目录.txt") == ("not_a_report", "no_report")
        assert ends.pop("logo.png")[0] == "quarantined"
        assert ends == {f"报告/{body}.html": ("report", None) for body in self.BODIES}
        for document in frames[DOCUMENTS.name].filter(outcome="report").to_dicts():
            assert values(frames, document["document_id"]) == printed(pages[document["body_name"]])

    def test_each_report_of_an_export_is_one(self, tmp_path):
        pages = {body: report(body, body=body) for body in self.BODIES}
        export = {
            "title": "霁川县2022年政府信息公开工作年度报告",
            "rows": [{"html": page.content.decode()} for page in pages.values()],
        }
        frames = read(tmp_path, {"2022/all.json": json.dumps(export).encode()})
        assert frames[DOCUMENTS.name].sort("member")["body_name"].to_list() == list(self.BODIES)
        for document in frames[DOCUMENTS.name].to_dicts():
            assert values(frames, document["document_id"]) == printed(pages[document["body_name"]])

    @pytest.mark.parametrize("name", ["empty.zip", "empty.json"])
    def test_a_container_of_nothing_has_one_row(self, tmp_path, name):
        content = packed({}) if name.endswith("zip") else b"{}"
        (document,) = read(tmp_path, {name: content})[DOCUMENTS.name].to_dicts()
        assert document["outcome"] == "quarantined"
        assert document["reason_code"] == ("empty_container" if name.endswith("zip") else "no_report_text")


class TestDamage:
    """Bytes above 7F in place of others, anywhere: what is published is what was printed there."""

    COPIES = 150
    EXTENSIONS = {"html": "html", "text": "txt", "markdown": "md"}

    @staticmethod
    def damaged(content: bytes, random: Random) -> bytes:
        """One copy with some bytes damaged; half of the copies have them in words and numbers only, the others in tags too."""
        outside = [at for part in re.finditer(rb"(?:^|>)([^<>]*)(?:<|$)", content) for at in range(*part.span(1))]
        places = outside if random.random() < 0.5 else range(len(content))
        copy = bytearray(content)
        for at in random.sample(places, random.choice((1, 3, 10))):
            copy[at] = random.choice([byte for byte in range(0x80, 0x100) if byte != copy[at]])
        return bytes(copy)

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    @pytest.mark.parametrize("kind", EXTENSIONS)
    def test_damaged_copies_publish_no_other_number(self, tmp_path, encoding, kind):
        whole = report(kind=kind)
        truth = printed(whole)
        content, random = whole.content.decode().encode(encoding), Random(f"{encoding} {kind}")
        copies: dict[str, bytes] = {}
        while len(copies) < self.COPIES:
            copy = self.damaged(content, random)
            copies |= {} if copy in copies.values() else {f"{len(copies)}.{self.EXTENSIONS[kind]}": copy}
        frames = read(tmp_path, copies)
        documents = frames[DOCUMENTS.name]
        assert documents.height == self.COPIES
        published = frames[CELLS.name].join(documents, on="document_id").filter(pl.col("value").is_not_null())
        wrong = [
            row for row in published.select("source_path", "cell", "value").iter_rows() if row[2] != truth.get(row[1])
        ]
        assert wrong == []
        # The test would be none if damage refused every copy.
        assert documents.filter(outcome="report").height > self.COPIES // 3
