"""Word documents are read as they are shown: what is merged, deleted, hidden, raised or pictured never changes a number."""

import io
import zipfile

import pytest
from office_files import compound, packed

from dagster_project.documents import docx
from dagster_project.documents.package import HIGHEST_RATIO
from dagster_project.documents.pieces import IMAGE_MARK, NOTE_MARK, STRUCK_MARK, TABLE_MARK, Pieces, Unreadable

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(body: str, *, declaration: str = "", namespaces: str = NAMESPACES, **others: str) -> bytes:
    """A document of one body; ``others`` are parts by the word of their relationship: styles, numbering, header…"""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="x"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        '<Relationship Id="b" Type="http://x/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "word/document.xml": f"{declaration}<w:document {namespaces}><w:body>{body}</w:body></w:document>",
    }
    relations = ""
    for kind, content in others.items():
        if kind == "title":
            parts["docProps/core.xml"] = f'<p xmlns:dc="d"><dc:title>{content}</dc:title></p>'
            continue
        relations += f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
        parts[f"word/{kind}.xml"] = content if kind == "aFChunk" else f"<w:{kind} {NAMESPACES}>{content}</w:{kind}>"
    parts["word/_rels/document.xml.rels"] = f'<Relationships xmlns="x">{relations}</Relationships>'
    return packed(parts)


def read(content: bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    docx.read(content, pieces)
    return pieces


def grid(pieces: Pieces) -> list[list[str]]:
    texts = list(pieces.texts)
    cells = pieces.cells()
    return [[texts[index] for index in part["text"]] for _, part in cells.group_by("row_id", maintain_order=True)]


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, about: str = "") -> str:
    return f"<w:p><w:pPr>{about}</w:pPr>{''.join(part if part.startswith('<') else run(part) for part in runs)}</w:p>"


def cell(content: str, about: str = "") -> str:
    inside = (
        content if content.startswith("<w:p>") or "<w:tbl>" in content else paragraph(*([content] if content else []))
    )
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{inside}</w:tc>"


def table(*rows: list[str] | str) -> str:
    return f"<w:tbl>{''.join(row if isinstance(row, str) else tr(*row) for row in rows)}</w:tbl>"


def tr(*cells: str, about: str = "") -> str:
    return f"<w:tr><w:trPr>{about}</w:trPr>{''.join(each if each.startswith('<w:tc>') else cell(each) for each in cells)}</w:tr>"


def shown(inside_cell: str, **others: str) -> str:
    return grid(read(word(table([f"<w:tc>{inside_cell}</w:tc>"]), **others)))[0][0]


class TestCells:
    def test_digits_in_neighbouring_runs_are_one_number(self):
        assert shown(paragraph("2", "0")) == "20"

    @pytest.mark.parametrize(
        "inside",
        [
            paragraph("2") + paragraph("0"),
            paragraph("2", "<w:r><w:br/></w:r>", "0"),
            paragraph("2", "<w:r><w:tab/></w:r>", "0"),
            paragraph("2", "<w:r><w:cr/></w:r>", "0"),
        ],
    )
    def test_digits_in_different_lines_are_not_joined(self, inside):
        assert shown(inside).split() == ["2", "0"]

    @pytest.mark.parametrize(
        "between",
        ["<w:proofErr/>", '<w:bookmarkStart w:id="1" w:name="a"/>', "<w:r><w:lastRenderedPageBreak/></w:r>", "<w:r/>"],
    )
    def test_what_is_not_shown_parts_nothing(self, between):
        assert shown(paragraph("2", between, "0")) == "20"

    @pytest.mark.parametrize(
        "wrapper",
        [
            "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
            "<w:hyperlink>{}</w:hyperlink>",
            "<w:smartTag>{}</w:smartTag>",
        ],
    )
    def test_controls_links_and_tags_around_runs_are_looked_into(self, wrapper):
        assert shown(paragraph("1", wrapper.format(run("23")))) == "123"

    def test_raised_and_lowered_characters_are_marked(self):
        for look in (
            '<w:vertAlign w:val="superscript"/>',
            '<w:vertAlign w:val="subscript"/>',
            '<w:position w:val="6"/>',
        ):
            assert shown(paragraph("5", run("1", look))) == f"5{NOTE_MARK}1{NOTE_MARK}"
        # A whole cell set lower is typography.
        assert shown(paragraph(run("51", '<w:position w:val="-6"/>'))) == "51"

    def test_struck_characters_are_marked_and_switched_off_strikes_are_not(self):
        assert shown(paragraph(run("5", "<w:strike/>"), "6")) == f"{STRUCK_MARK}5{STRUCK_MARK}6"
        assert shown(paragraph(run("5", "<w:dstrike/>"))) == f"{STRUCK_MARK}5{STRUCK_MARK}"
        assert shown(paragraph(run("56", '<w:strike w:val="0"/>'))) == "56"

    def test_hidden_characters_are_not_part_of_the_number_and_are_told(self):
        pieces = read(word(table([f"<w:tc>{paragraph('1', run('9', '<w:vanish/>'))}</w:tc>"])))
        assert grid(pieces) == [["1"]]
        assert [code for code, _ in pieces.heading.notes] == ["hidden_text"]

    def test_styles_hide_strike_and_raise_too(self):
        styles = (
            '<w:style w:type="character" w:styleId="base"><w:rPr><w:vanish/></w:rPr></w:style>'
            '<w:style w:type="character" w:styleId="derived"><w:basedOn w:val="base"/></w:style>'
            '<w:style w:type="paragraph" w:styleId="gone"><w:rPr><w:strike/></w:rPr></w:style>'
            '<w:style w:type="paragraph" w:styleId="round"><w:basedOn w:val="round"/></w:style>'
        )
        assert shown(paragraph("1", run("9", '<w:rStyle w:val="derived"/>')), styles=styles) == "1"
        assert shown(paragraph("7", about='<w:pStyle w:val="gone"/>'), styles=styles) == f"{STRUCK_MARK}7{STRUCK_MARK}"
        assert (
            shown(paragraph(run("7", '<w:strike w:val="false"/>'), about='<w:pStyle w:val="gone"/>'), styles=styles)
            == "7"
        )
        assert shown(paragraph("7", about='<w:pStyle w:val="round"/>'), styles=styles) == "7"

    def test_tracked_insertions_count_and_deletions_do_not(self):
        inside = paragraph(
            "1",
            '<w:del w:id="1"><w:r><w:delText>2</w:delText></w:r></w:del>',
            f'<w:ins w:id="2">{run("3")}</w:ins>',
            f"<w:moveFrom>{run('4')}</w:moveFrom>",
            f"<w:moveTo>{run('5')}</w:moveTo>",
        )
        pieces = read(word(table([f"<w:tc>{inside}</w:tc>"])))
        assert grid(pieces) == [["135"]]
        assert [code for code, _ in pieces.heading.notes] == ["tracked_changes"]

    def test_a_field_shows_its_result_and_not_its_code(self):
        field = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(1,2)</w:instrText></w:r>'
            '<w:r><w:t>99</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f'{run("3")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )
        assert shown(paragraph(field, "0")) == "30"
        assert shown(paragraph(f'<w:fldSimple w:instr="=1+2">{run("3")}</w:fldSimple>')) == "3"

    def test_a_field_without_result_is_marked_and_one_that_shows_nothing_is_not(self):
        def field(code: str) -> str:
            return (
                f'<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>{code}</w:instrText>'
                '<w:fldChar w:fldCharType="end"/></w:r>'
            )

        assert shown(paragraph("5", field(" EQ \\f(1,2) "))) == f"5{IMAGE_MARK}"
        assert shown(paragraph("5", field(' XE "index" '))) == "5"

    def test_a_field_that_never_ends_swallows_no_other_cell(self):
        open_field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        rows = [f"<w:tc>{paragraph(open_field, '1')}</w:tc>", cell("2")]
        assert grid(read(word(table(rows)))) == [["", "2"]]

    def test_a_symbol_is_never_a_digit(self):
        assert shown(paragraph('<w:r><w:sym w:font="Wingdings" w:char="F031"/></w:r>')) == "\uf031"
        assert shown(paragraph('<w:r><w:sym w:font="Wingdings" w:char="0031"/></w:r>')) == "\uf031"

    @pytest.mark.parametrize(
        "inside",
        [
            "<w:r><w:drawing/></w:r>",
            "<w:r><w:pict/></w:r>",
            "<w:r><w:object/></w:r>",
            "<m:oMath><m:r><m:t>2</m:t></m:r></m:oMath>",
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('0')}</w:sdtContent></w:sdt>",
            "<w:r><w:somethingNew/></w:r>",
        ],
    )
    def test_what_is_shown_but_is_no_text_is_marked(self, inside):
        assert IMAGE_MARK in shown(paragraph("5", inside))

    def test_a_control_that_still_shows_its_placeholder_is_no_value(self):
        control = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{paragraph('0')}</w:sdtContent></w:sdt>"
        assert shown(control) == f"{IMAGE_MARK}0"

    def test_a_footnote_reference_is_marked(self):
        assert shown(paragraph("5", '<w:r><w:footnoteReference w:id="2"/></w:r>')) == f"5{NOTE_MARK}"

    def test_hyphens_that_word_keeps_as_elements_are_characters(self):
        assert shown(paragraph("<w:r><w:noBreakHyphen/></w:r>", "5")) == "-5"
        assert shown(paragraph("2", "<w:r><w:softHyphen/></w:r>", "0")) == "2\u00ad0"

    def test_the_reading_above_characters_is_not_part_of_them(self):
        ruby = f"<w:r><w:ruby><w:rt>{run('9')}</w:rt><w:rubyBase>{run('5')}</w:rubyBase></w:ruby></w:r>"
        assert shown(paragraph(ruby)) == f"5{NOTE_MARK}"


class TestTables:
    def test_cells_that_continue_another_are_left_out(self):
        restart, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
        rows = [
            [cell("三", restart), cell("a", '<w:gridSpan w:val="2"/>'), cell("1")],
            [cell("", on), cell("b"), cell("c"), cell("2")],
            [cell("", '<w:vMerge w:val="continue"/>'), cell("d"), cell("e"), cell("3")],
        ]
        assert grid(read(word(table(*rows)))) == [["三", "a", "1"], ["b", "c", "2"], ["d", "e", "3"]]

    def test_text_in_a_covered_cell_is_not_shown(self):
        rows = [[cell("5", '<w:vMerge w:val="restart"/>')], [cell("6", "<w:vMerge/>"), cell("7")]]
        assert grid(read(word(table(*rows)))) == [["5"], ["7"]]

    def test_a_cell_that_continues_nothing_is_a_cell_of_its_own(self):
        rows = [[cell("5"), cell("x")], [cell("6", "<w:vMerge/>"), cell("7")]]
        assert grid(read(word(table(*rows)))) == [["5", "x"], ["6", "7"]]

    def test_cells_merged_beside_each_other_in_the_old_way_are_one(self):
        rows = [[cell("a", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), cell("1")]]
        assert grid(read(word(table(*rows)))) == [["a", "1"]]

    def test_columns_left_out_before_a_row_count_for_merges(self):
        rows = [
            [cell("x"), cell("a", '<w:vMerge w:val="restart"/>'), cell("1")],
            tr(cell("", "<w:vMerge/>"), cell("2"), about='<w:gridBefore w:val="1"/>'),
        ]
        assert grid(read(word(table(*rows)))) == [["x", "a", "1"], ["2"]]

    def test_deleted_and_hidden_rows_are_not_read_and_are_told(self):
        rows = [
            ["a", "1"],
            tr("b", "2", about="<w:del/>"),
            tr("c", "3", about="<w:hidden/>"),
            tr("d", "4", about="<w:ins/>"),
        ]
        pieces = read(word(table(*rows)))
        assert grid(pieces) == [["a", "1"], ["d", "4"]]
        assert [code for code, _ in pieces.heading.notes] == ["tracked_changes", "hidden_text"]

    def test_controls_around_rows_and_cells_are_looked_into(self):
        def control(inside: str) -> str:
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

        inside = f"<w:tbl>{control(tr('a', '1'))}<w:tr>{control(cell('b'))}{cell('2')}</w:tr></w:tbl>"
        assert grid(read(word(control(inside)))) == [["a", "1"], ["b", "2"]]

    def test_a_layout_table_gives_its_prose_to_the_lines_and_its_tables_to_the_grid(self):
        outer = table([cell(paragraph("before") + table(["5"]) + paragraph("after"))])
        pieces = read(word(outer))
        assert grid(pieces) == [["5"]]
        assert pieces.heading.lines == ["before", TABLE_MARK, "after"]

    def test_each_table_has_its_mark_among_the_lines(self):
        pieces = read(word(paragraph("one") + table(["1"]) + paragraph("two") + table(["2"])))
        assert pieces.heading.lines == ["one", TABLE_MARK, "two", TABLE_MARK]
        assert pieces.rows()["table"].to_list() == [1, 2]

    def test_an_automatic_number_is_not_part_of_the_value(self):
        numbering = (
            '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            '<w:lvlText w:val="%1."/><w:suff w:val="nothing"/></w:lvl></w:abstractNum>'
            '<w:num w:numId="4"><w:abstractNumId w:val="0"/></w:num>'
        )
        numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
        inside = paragraph("5", about=numbered)
        assert shown(inside, numbering=numbering) == f"1.{NOTE_MARK}5"


class TestTextBoxes:
    def test_a_box_that_word_keeps_twice_is_read_once(self):
        box = f"<w:txbxContent>{paragraph('boxed')}{table(['7'])}</w:txbxContent>"
        drawing = (
            f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
        pieces = read(word(paragraph("before", drawing) + paragraph("after")))
        assert pieces.heading.lines == ["before", "boxed", TABLE_MARK, "after"]
        assert grid(pieces) == [["7"]]

    def test_a_box_in_a_cell_is_no_part_of_its_text(self):
        box = f"<w:r><w:pict><v:textbox><w:txbxContent>{paragraph('9')}</w:txbxContent></v:textbox></w:pict></w:r>"
        pieces = read(word(table([f"<w:tc>{paragraph('1', box)}</w:tc>", cell("2")])))
        assert grid(pieces) == [[f"1{IMAGE_MARK}", "2"]]
        assert pieces.heading.lines == [TABLE_MARK, "9"]


class TestLines:
    def test_breaks_inside_a_paragraph_are_lines(self):
        assert read(word(paragraph("one", "<w:r><w:br/></w:r>", " two"))).heading.lines == ["one", "two"]

    def test_headings_are_named_by_their_style(self):
        styles = '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        pieces = read(
            word(paragraph("题", about='<w:pStyle w:val="1"/>') + paragraph("文"), styles=styles, title="题名")
        )
        assert pieces.heading.named == [("property_title", "题名"), ("heading", "题")]

    def test_automatic_numbers_are_counted_as_word_counts_them(self):
        numbering = (
            '<w:abstractNum w:abstractNumId="0">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
            '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
        )

        def numbered(text: str, level: int = 0, list_id: int = 1) -> str:
            return paragraph(text, about=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')

        body = numbered("总体情况") + numbered("甲", 1) + numbered("乙", 1) + numbered("主动公开") + numbered("丙", 1)
        body += numbered("收费", list_id=2) + numbered("其他", list_id=2) + numbered("无此列表", list_id=7)
        lines = read(word(body, numbering=numbering)).heading.lines
        assert lines == ["一、总体情况", "1. 甲", "2. 乙", "二、主动公开", "1. 丙", "九、收费", "十、其他", "无此列表"]

    def test_headers_and_footers_are_lines_and_never_tables_and_page_numbers_are_nothing(self):
        body = (
            paragraph("text")
            + table(["1"])
            + '<w:sectPr><w:headerReference r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'
        )
        page = f'<w:p><w:fldSimple w:instr=" PAGE ">{run("4")}</w:fldSimple></w:p>'
        pieces = read(word(body, header=table(["某局", "2"]), footer=page + paragraph("主办单位")))
        assert pieces.heading.lines == ["某局", "2", "text", TABLE_MARK, "主办单位"]
        assert grid(pieces) == [["1"]]

    def test_a_page_inside_the_package_is_read_in_its_place(self):
        chunk = "<html><body><p>内</p><table><tr><td>5</td></tr></table></body></html>"
        pieces = read(word(paragraph("前") + '<w:altChunk r:id="aFChunk"/>' + paragraph("后"), aFChunk=chunk))
        assert pieces.heading.lines == ["前", "内", TABLE_MARK, "后"]
        assert grid(pieces) == [["5"]]

    def test_a_web_archive_inside_the_package_is_read_in_its_place(self):
        page = "<html><body><table><tr><td>5</td></tr></table></body></html>"
        archive = f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html\n\n{page}\n--b--\n'
        pieces = read(word(paragraph("前") + '<w:altChunk r:id="aFChunk"/>', aFChunk=archive))
        assert pieces.heading.lines == ["前", TABLE_MARK] and grid(pieces) == [["5"]]

    def test_a_file_of_another_kind_inside_the_package_is_told(self):
        pieces = read(word(paragraph("前") + '<w:altChunk r:id="aFChunk"/>', aFChunk="{\\rtf1 x}"))
        assert [code for code, _ in pieces.heading.notes] == ["part_not_read"]

    def test_a_document_in_the_strict_dialect_reads_the_same(self):
        pieces = read(word(paragraph("a") + table(["1"]), namespaces=NAMESPACES.replace(W, STRICT)))
        assert pieces.heading.lines == ["a", TABLE_MARK] and grid(pieces) == [["1"]]

    def test_an_embedded_object_is_told(self):
        pieces = read(word(paragraph("a", "<w:r><w:object/></w:r>")))
        assert [code for code, _ in pieces.heading.notes] == ["embedded_object"]


class TestBadInput:
    def code(self, content: bytes) -> str:
        with pytest.raises(Unreadable) as refused:
            read(content)
        assert refused.value.detail.startswith("Expected ")
        return refused.value.code

    def test_no_zip_a_broken_zip_and_a_cut_zip_are_damaged(self):
        whole = word(paragraph("text" * 1000))
        for content in (
            b"PK\x03\x04broken",
            whole[: len(whole) // 2],
            whole.replace(b"word/document.xml", b"word/documenx.xml"),
        ):
            assert self.code(content) == "damaged"

    def test_a_part_whose_bytes_were_changed_is_damaged(self):
        content = bytearray(word("".join(paragraph(str(number)) for number in range(5000))))
        at = content.index(b"word/document.xml") + 200
        content[at : at + 50] = bytes(50)
        assert self.code(bytes(content)) == "damaged"

    def test_xml_that_ends_early_is_damaged(self):
        assert self.code(packed({"word/document.xml": "<w:document>"})) == "damaged"
        assert self.code(packed({"word/document.xml": f"<w:document {NAMESPACES}/>"})) == "damaged"

    @pytest.mark.parametrize(
        "declaration",
        [
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">',
            '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        ],
    )
    def test_a_document_type_declaration_is_refused(self, declaration):
        content = word(
            paragraph("&e;") if "SYSTEM" in declaration and "file" in declaration else "", declaration=declaration
        )
        assert self.code(content) == "external_entity"

    def test_an_encrypted_document_is_told(self):
        assert self.code(compound("EncryptedPackage")) == "encrypted"

    def test_a_bomb_is_refused_before_it_is_decompressed(self):
        body = "<w:p/>" * 1_500_000
        content = word(body)
        assert len(body) > HIGHEST_RATIO * len(content)
        assert self.code(content) == "archive_bomb"

    def test_many_parts_are_refused(self):
        assert self.code(packed({f"p{number}": "" for number in range(6000)})) == "archive_bomb"

    def test_a_document_of_pictures_only_is_told_to_be_a_scan(self):
        with_picture = word(paragraph("<w:r><w:drawing/></w:r>"))
        buffer = io.BytesIO(with_picture)
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("word/media/image1.png", b"x")
        assert self.code(buffer.getvalue()) == "scan_without_text"

    def test_tables_in_tables_without_end_are_damaged_not_fatal(self):
        body = "<w:tbl><w:tr><w:tc>" * 400 + "</w:tc></w:tr></w:tbl>" * 400
        assert self.code(word(body)) == "damaged"
