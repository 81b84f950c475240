"""What a page leaves to its attachments is named, and told when the archive lacks them."""

import io
import os
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from dagster_project.documents import html
from dagster_project.documents.attachments import MAY_LINK, attachments
from dagster_project.documents.kinds import sniff
from dagster_project.documents.pieces import Pieces
from dagster_project.reading import attachments as reading
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.layouts import RENDERERS
from dagster_project.synthesis.truth import make_truth

EXTENSIONS = ("pdf", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "csv", "txt", "zip", "rar")
PROSE = (
    "<html><head><title>霁川县自然资源局2021年政府信息公开工作年度报告</title></head><body>"
    "<p>本报告所列数据的统计期限自2021年1月1日起至2021年12月31日止。</p>{}</body></html>"
)


def linked(markup: str) -> list[tuple[str, str]]:
    pieces = Pieces()
    pieces.begin()
    html.read(PROSE.format(markup).encode(), pieces)
    return pieces.heading.attachments


def frames(raw: Path, *paths: str) -> dict:
    sources = []
    for path in paths:
        content = (raw / path).read_bytes()
        sources.append(Source(path, sha256(content).hexdigest(), "2021", sniff(content, path)))
    return read_batch(sources, raw)


def write(raw: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = raw / name.replace("__", "/").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def missing(found: dict) -> list[str]:
    return found["findings"].filter(rule="intake.attachment_missing")["diagnosis"].to_list()


class TestLinks:
    @pytest.mark.parametrize("extension", [each for name in EXTENSIONS for each in (name, name.upper(), name.title())])
    def test_every_kind_of_file_is_seen(self, extension):
        for markup in (
            f'<a href="1.{extension}">附件</a>',
            f"<a href=1.{extension}>附件</a>",
            f"<A HREF='/x/1.{extension}?v=2'>附件</A>",
            f'<a href="/x/1.{extension}#page=2">附件</a>',
            f'<a href="/down.jsp?file=1.{extension}&amp;id=7">附件</a>',
        ):
            assert linked(markup) == [(f"1.{extension}", "附件")]

    @pytest.mark.parametrize("extension", EXTENSIONS)
    def test_a_file_named_by_the_text_only_is_seen(self, extension):
        for text in (
            f"附件1.{extension}",
            f"附件1.{extension}（点击下载）",
            f"附件1.{extension} 下载",
            f"<b>附件1</b>.{extension}",
        ):
            (found,) = linked(f'<a href="/download/77">{text}</a>')
            assert found[0] == ""
            assert f"附件1.{extension}" in found[1]

    def test_embedded_files_are_seen(self):
        markup = (
            '<iframe src="/pdfjs/viewer.html?file=/u/a.pdf"></iframe><embed src="b.pdf"><object data="c.pdf"></object>'
        )
        assert linked(markup) == [("a.pdf", ""), ("b.pdf", ""), ("c.pdf", "")]

    @pytest.mark.parametrize(
        "written", ["%E9%99%84%E4%BB%B61.doc", "%B8%BD%BC%FE1.doc", "附件1.doc", "x\\附件1.doc", "./附件1.doc"]
    )
    def test_names_in_links_are_decoded(self, written):
        assert linked(f'<a href="{written}">下载</a>') == [("附件1.doc", "下载")]

    def test_a_file_linked_twice_is_one(self):
        assert linked('<a href="a.pdf">年报</a><a href="a.pdf"> 年报 </a>') == [("a.pdf", "年报")]

    @pytest.mark.parametrize(
        "markup",
        [
            '<a href="index.html">首页</a>',
            '<a href="http://www.pdf.example/">x</a>',
            '<a href="a.docs">x</a>',
            '<a href="a.doc.html">x</a>',
            "<a>a</a><a href>b</a>",
            '<a href="http://[">x</a>',
            "<script>open('a.pdf')</script>",
            '<img src="a.pdf.png">',
        ],
    )
    def test_other_links_are_none(self, markup):
        assert linked(markup) == []

    def test_a_list_of_files_is_cut(self):
        assert len(linked("".join(f'<a href="{number}.pdf">x</a>' for number in range(500)))) == 50

    def test_pages_without_such_links_are_not_searched(self, monkeypatch):
        monkeypatch.setattr(html, "attachments", lambda tree: pytest.fail("The page was searched for links."))
        linked('<a href="index.html">首页</a><a href="x.jsp?id=1.2">x</a><style>p.a{margin:0.5em}</style>')

    def test_the_question_asked_of_every_page_misses_no_link(self):
        for extension in EXTENSIONS:
            for end in ('"', "'", "?", "#", "&", "<", ">", " ", ")", "（"):
                assert MAY_LINK.search(f"1.{extension}{end}>".encode()), (extension, end)
        assert attachments is html.attachments


class TestMissing:
    LINK = PROSE.format('<p>附件：<a href="./P0201.doc">附件：年报.doc</a> <a href="P0202.XLS">附表2</a></p>')

    def test_a_page_without_tables_names_its_attachments_in_the_reason(self, tmp_path):
        write(tmp_path, **{"2021__page_html": self.LINK})
        found = frames(tmp_path, "2021/page.html")
        (document,) = found["documents"].to_dicts()
        assert document["reason_code"] == "no_form_table"
        assert "The page links to 附件：年报.doc, 附表2, which the archive lacks" in document["detail"]
        assert "附件：年报.doc, 附表2" in missing(found)[0]

    @pytest.mark.parametrize(
        ("doc", "xls"),
        [
            ("P0201.doc", "P0202.XLS"),
            ("p0201.DOC", "p0202.xls"),
            ("附件：年报.doc", "p0202.xls"),
            (" 附件：年报.doc", "P0202.xls "),
        ],
    )
    def test_an_attachment_beside_the_page_under_either_name_is_not_missing(self, tmp_path, doc, xls):
        write(tmp_path, **{"2021__page_html": self.LINK, f"2021__{doc}": "x", f"2021__{xls}": "x"})
        found = frames(tmp_path, "2021/page.html")
        assert missing(found) == []
        assert "which are read as files of their own" in found["documents"]["detail"][0]

    def test_an_attachment_in_another_folder_is_missing(self, tmp_path):
        write(tmp_path, **{"2021__page_html": self.LINK, "2021__files__P0201.doc": "x", "P0202.xls": "x"})
        assert len(missing(frames(tmp_path, "2021/page.html"))) == 1

    def test_only_what_is_missing_is_named(self, tmp_path):
        write(tmp_path, **{"2021__page_html": self.LINK, "2021__P0201.doc": "x"})
        (sentence,) = missing(frames(tmp_path, "2021/page.html"))
        assert "附表2" in sentence
        assert "年报.doc" not in sentence

    def test_a_report_that_links_to_a_missing_file_stays_a_report(self, tmp_path):
        truth = make_truth("x", "2021", body="霁川县自然资源局", year=2021, activity="few")
        page = RENDERERS["html"](truth, Layout(seed=1)).content
        write(tmp_path, **{"2021__page_html": page.replace(b"</body>", '<a href="年报.pdf">下载</a></body>'.encode())})
        found = frames(tmp_path, "2021/page.html")
        assert found["documents"]["outcome"].to_list() == ["report"]
        assert len(missing(found)) == 1

    def test_an_attachment_in_the_same_container_is_not_missing(self, tmp_path):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("县/page.html", self.LINK)
            archive.writestr("县/P0201.doc", "x")
            archive.writestr("县/P0202.xls", "x")
        write(tmp_path, **{"2021__a.zip": buffer.getvalue()})
        found = frames(tmp_path, "2021/a.zip")
        assert missing(found) == []

    def test_a_folder_is_listed_once_for_all_its_pages(self, tmp_path, monkeypatch):
        pages = [f"2021/{number}.html" for number in range(20)]
        write(tmp_path, **{f"2021__{number}_html": self.LINK + str(number) for number in range(20)})
        listed = []
        scandir = os.scandir
        monkeypatch.setattr(reading.os, "scandir", lambda folder: listed.append(folder) or scandir(folder))
        reading._listing.cache_clear()
        assert len(missing(frames(tmp_path, *pages))) == 20
        assert len(listed) == 1

    def test_a_file_put_beside_the_page_later_is_seen(self, tmp_path):
        write(tmp_path, **{"2021__page_html": self.LINK})
        assert missing(frames(tmp_path, "2021/page.html"))
        write(tmp_path, **{"2021__P0201.doc": "x", "2021__P0202.xls": "x"})
        assert missing(frames(tmp_path, "2021/page.html")) == []
