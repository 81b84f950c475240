"""The staged frames, column by column.

Here: names, types, meanings, vocabularies, ranges and keys. Not here: any rule about more than one frame (dbt tests).
A new column is described here first; the dbt source file and the dictionary are generated from it (``make contracts``).
"""

import polars as pl

from schemas.contract import Column, Frame

FILE_KINDS = (
    "html",
    "text",
    "markdown",
    "pdf",
    "docx",
    "doc",
    "xlsx",
    "xls",
    "csv",
    "json",
    "mhtml",
    "zip",
    "image",
    "ofd",
    "unknown",
)
OUTCOMES = ("report", "duplicate", "not_a_report", "quarantined")
STAGES = ("intake", "decoding", "reading", "recognition", "identification")
CELL_STATUSES = ("number", "blank", "mark", "noted", "segmented", "ambiguous", "absent", "illegible")
FORMS = ("2008", "2014", "2019", "2021")
SCOPES = ("own", "government_organ", "level", "region", "system", "unknown")
LANES = ("fast", "careful")
SEVERITIES = ("hard", "soft", "plausibility", "intake")
FINDING_STATUSES = ("pass", "fail", "not_assessable")
BLAMES = ("source", "reading", "undecided")
RULE_FAMILIES = ("equation", "blank_as_zero", "expectation", "range", "prose", "plausibility", "similarity")
VERDICT_KINDS = ("confirmed", "dismissed")
CORRECTION_STATUSES = ("proposed", "confirmed")
CLAIM_STATUSES = ("agrees", "disagrees", "not_assessable")
ERROR_PATTERNS = (
    "single_cell",
    "row_shift",
    "column_shift",
    "rows_exchanged",
    "whole_column",
    "total_in_two_columns",
    "compensating",
    "two_cells",
    "several",
    "unexplained",
)
BODY_LEVELS = ("national", "province", "prefecture", "county", "township", "unknown")
BODY_KINDS = (
    "government",
    "office",
    "department",
    "zone",
    "township",
    "street",
    "vertical_branch",
    "dispatched_office",
    "institution",
    "region",
    "unknown",
)
SUCCESSION_KINDS = ("renamed", "merged", "split")
CANDIDATE_KINDS = (
    "title",
    "body",
    "report_year",
    "published_on",
    "scope",
    "document_number",
    "index_number",
    "unified_social_credit_code",
    "source_url",
)

DECIMAL = pl.Decimal(18, 6)
IDENTIFIER = r"^[0-9a-f]{16}$"
SHA256 = r"^[0-9a-f]{64}$"
PARTITION = r"^(\d{4}|undated)$"

_document_id = Column(
    "document_id",
    pl.String,
    "Stable identifier of one read document: the first 16 hex digits of the SHA-256 over the file's "
    "bytes and the member's name. The same bytes keep it in every run and every archive.",
    pattern=IDENTIFIER,
)

MANIFEST = Frame(
    name="manifest",
    grain="One row per file under raw/.",
    key=("source_path",),
    columns=(
        Column("source_path", pl.String, "Path of the file relative to raw/, with forward slashes."),
        Column(
            "source_sha256",
            pl.String,
            "SHA-256 of the bytes; NULL when the file could not be read.",
            nullable=True,
            pattern=SHA256,
        ),
        Column("size_bytes", pl.Int64, "Size of the file.", at_least=0, unit="byte"),
        Column(
            "file_kind",
            pl.String,
            "What the bytes are; the extension decides only between kinds that look alike.",
            values=FILE_KINDS,
        ),
        Column(
            "partition",
            pl.String,
            "Report year of the path's year folder, else of the file name, else of the title, else 'undated'. It orders "
            "the archive; the report's own year is documents.report_year.",
            pattern=PARTITION,
        ),
        Column(
            "duplicate_of",
            pl.String,
            "source_path of the file with the same bytes that is read in place of this one; NULL for the file that is read.",
            nullable=True,
        ),
        Column("problem", pl.String, "Why the bytes cannot be read (reason code); NULL when they can.", nullable=True),
        Column("problem_detail", pl.String, "The problem as a sentence a person understands.", nullable=True),
        Column(
            "first_seen", pl.Datetime("us", "UTC"), "When this path with these bytes was first met; kept in later runs."
        ),
    ),
)

DOCUMENTS = Frame(
    name="documents",
    grain="One row per document read from the archive, with what became of it.",
    key=("source_path", "member"),
    columns=(
        _document_id,
        Column("source_path", pl.String, "Path of the file relative to raw/."),
        Column(
            "member",
            pl.String,
            "Name of the member inside an archive or the part inside a file; empty for the file itself.",
        ),
        Column(
            "source_sha256",
            pl.String,
            "SHA-256 of the file's bytes; NULL when they could not be read.",
            nullable=True,
            pattern=SHA256,
        ),
        Column("partition", pl.String, "Partition of the manifest.", pattern=PARTITION),
        Column("file_kind", pl.String, "What the bytes are.", values=FILE_KINDS),
        Column("encoding", pl.String, "Character encoding that decoded the bytes without loss.", nullable=True),
        Column(
            "reader_version",
            pl.Int32,
            "Version of the reading code; a document read by an older version is read again.",
            at_least=1,
        ),
        Column("outcome", pl.String, "What became of the document.", values=OUTCOMES),
        Column("stage", pl.String, "Where reading ended; NULL for a report.", nullable=True, values=STAGES),
        Column("reason_code", pl.String, "Why it is not a report; NULL for a report.", nullable=True),
        Column(
            "detail",
            pl.String,
            "The reason as a sentence: what was expected, what was found, what to do.",
            nullable=True,
        ),
        Column("duplicate_of", pl.String, "source_path of the file with the same bytes.", nullable=True),
        Column("title", pl.String, "Title as printed, white space collapsed.", nullable=True),
        Column(
            "body_id",
            pl.String,
            "Stable identifier of the reporting body, from its normalised name.",
            nullable=True,
            pattern=IDENTIFIER,
        ),
        Column("body_name", pl.String, "Reporting body as printed.", nullable=True),
        Column("body_level", pl.String, "Administrative level told by the name.", nullable=True, values=BODY_LEVELS),
        Column("body_kind", pl.String, "Kind of body told by the name.", nullable=True, values=BODY_KINDS),
        Column(
            "region_code",
            pl.String,
            "Code (GB/T 2260) of the division that the body's name begins with; of a zone, the place it is named after. NULL "
            "when no list since 2007 knows it or several places share the name.",
            nullable=True,
            pattern=r"^\d{6}$",
        ),
        Column(
            "parent_body_id",
            pl.String,
            "Identifier of the body above, as far as the name tells it; that body need not have a report.",
            nullable=True,
            pattern=IDENTIFIER,
        ),
        Column(
            "report_year",
            pl.Int32,
            "Year the figures are about.",
            nullable=True,
            at_least=2000,
            at_most=2100,
            unit="year",
        ),
        Column("form", pl.String, "Official form, recognised from its labels.", nullable=True, values=FORMS),
        Column("scope", pl.String, "Whose figures the report adds up.", nullable=True, values=SCOPES),
        Column("published_on", pl.Date, "Publication date as printed.", nullable=True),
        Column("document_number", pl.String, "Number of the document (文号) as printed in its head.", nullable=True),
        Column("index_number", pl.String, "Index number (索引号) as printed in its head; no key of anything.", nullable=True),
        Column(
            "unified_social_credit_code",
            pl.String,
            "Unified social credit code printed in the head or in the index number, its check digit right.",
            nullable=True,
            pattern=r"^[0-9A-Z]{18}$",
        ),
        Column("source_url", pl.String, "Address of the original, when the document states it.", nullable=True),
        Column(
            "is_official_source",
            pl.Boolean,
            "Whether that address is of a government site (*.gov.cn or a trusted host); NULL when none is stated.",
            nullable=True,
        ),
        Column("lane", pl.String, "Lane that read the tables.", nullable=True, values=LANES),
        Column(
            "content_sha256",
            pl.String,
            "SHA-256 over body, year and every cell read: equal for renditions of one report.",
            nullable=True,
            pattern=SHA256,
        ),
        Column("cells_expected", pl.Int32, "Cells that the recognised form prints.", nullable=True, at_least=0),
        Column(
            "cells_read",
            pl.Int32,
            "Cells found in the document, blank and marked ones included.",
            nullable=True,
            at_least=0,
        ),
    ),
)

CELLS = Frame(
    name="cells",
    grain="One row per document and cell of its form.",
    key=("document_id", "cell"),
    columns=(
        _document_id,
        Column("cell", pl.String, "Code of the cell (forms/registry/cells.csv)."),
        Column(
            "value",
            DECIMAL,
            "The printed number; NULL unless the status is number, noted or segmented. Blank is not zero.",
            nullable=True,
        ),
        Column("unit", pl.String, "Unit printed in the cell or in its column head, else the form's.", nullable=True),
        Column(
            "raw_text",
            pl.String,
            "Text of the cell as printed, white space collapsed; NULL when the cell is absent.",
            nullable=True,
        ),
        Column("status", pl.String, "What stands in the cell.", values=CELL_STATUSES),
        Column(
            "locator",
            pl.String,
            "Where the cell stands, e.g. 'table=2;row=5;cell=4', counted from 1; NULL when absent.",
            nullable=True,
        ),
    ),
    warnings=(
        "Totals stand beside their parts: never add cells across a row or a column without leaving the totals out.",
    ),
)

SECTIONS = Frame(
    name="sections",
    grain="One row per document and chapter, in the order of the document.",
    key=("document_id", "position"),
    columns=(
        _document_id,
        Column(
            "position", pl.Int32, "Order in the document, from 0 (what stands before the first chapter).", at_least=0
        ),
        Column(
            "chapter",
            pl.Int32,
            "Chapter of the form, 1 to 6; NULL for a heading that is none of them and for what stands before.",
            nullable=True,
            at_least=1,
            at_most=6,
        ),
        Column("heading", pl.String, "Heading as printed; NULL for what stands before the first.", nullable=True),
        Column("text", pl.String, "Text of the chapter outside its tables, one paragraph a line."),
    ),
)

FINDINGS = Frame(
    name="findings",
    grain="One row per document and finding of intake.",
    key=("finding_id",),
    columns=(
        Column("finding_id", pl.String, "Stable fingerprint of document, rule and place.", pattern=IDENTIFIER),
        _document_id,
        Column("rule", pl.String, "Code of the rule, e.g. 'requests.balance' or 'intake.year_disagrees'."),
        Column("severity", pl.String, "hard: arithmetic of one table; intake: about the document.", values=SEVERITIES),
        Column("place", pl.String, "Where the rule was asked: a column, a row, a channel, or the document."),
        Column("cells", pl.String, "Codes of the cells involved, separated by blanks.", nullable=True),
        Column("left_value", DECIMAL, "Left side, from printed values.", nullable=True),
        Column("right_value", DECIMAL, "Right side, from printed values.", nullable=True),
        Column("residual", DECIMAL, "Left side less right side.", nullable=True),
        Column(
            "status",
            pl.String,
            "Whether the rule holds; not_assessable when an operand is not a number.",
            values=FINDING_STATUSES,
        ),
        Column("diagnosis", pl.String, "The finding as a sentence.", nullable=True),
        Column(
            "suspect_cell", pl.String, "Cell that would explain the failure, when exactly one would.", nullable=True
        ),
        Column("implied_value", DECIMAL, "Value that cell would need.", nullable=True),
        Column("blame", pl.String, "Whose error it is; NULL unless the rule failed.", nullable=True, values=BLAMES),
    ),
)

_family = Column(
    "family",
    pl.String,
    "Kind of rule: equation (a printed total and its parts), blank_as_zero (the same, with blanks read as zero: a weaker "
    "statement), expectation (a relation of cells without a printed sum), range (what a number may be), prose (sentences "
    "against tables), plausibility, similarity (repeated text).",
    values=RULE_FAMILIES,
)

AUDIT_FINDINGS = Frame(
    name="audit_findings",
    grain="One row per document, rule and place.",
    key=FINDINGS.key,
    columns=(
        *FINDINGS.columns,
        _family,
        Column(
            "pattern",
            pl.String,
            "What kind of error explains the failing equations of the table; NULL when the rule has no such diagnosis.",
            nullable=True,
            values=ERROR_PATTERNS,
        ),
        Column(
            "explanations",
            pl.Int32,
            "How many explanations of that pattern there are; 0 when none was found.",
            nullable=True,
            at_least=0,
        ),
    ),
    warnings=(
        "Only family = 'equation' with severity = 'hard' counts as an equation of the form; the other families are weaker.",
    ),
)

CLAIMS = Frame(
    name="claims",
    grain="One row per document and figure that its sentences state about the report's own tables.",
    key=("document_id", "claim"),
    columns=(
        _document_id,
        Column("claim", pl.Int32, "Order in the document, from 0.", at_least=0),
        Column(
            "subject",
            pl.String,
            "What the figure is about: a subject of forms/registry/claim_readings.csv, 'percentage' or 'all_disposed'.",
        ),
        Column("stated", DECIMAL, "The figure as stated; 0 where the words say none."),
        Column("quote", pl.String, "The words that state it, as printed, white space collapsed."),
        Column("section", pl.Int32, "Position of the section (sections.position).", at_least=0),
        Column("start", pl.Int32, "Where the quote begins in the section's text, in characters from 0.", at_least=0),
        Column(
            "status",
            pl.String,
            "agrees: some accepted reading of the tables gives the figure; disagrees: none does, and all can be worked out; "
            "not_assessable: a cell that a reading needs is no number.",
            values=CLAIM_STATUSES,
        ),
        Column("reading", pl.String, "The accepted reading that fits; NULL when none does.", nullable=True),
        Column(
            "expected",
            DECIMAL,
            "What the tables say, by the reading that fits, else by the first one; NULL when unknown.",
            nullable=True,
        ),
        Column("cells", pl.String, "Codes of that reading's cells, separated by blanks.", nullable=True),
    ),
    warnings=("A claim may count another set of cases than the table; every accepted reading is tried.",),
)

PROFILES = Frame(
    name="profiles",
    grain="One row per report: what the auditor compares across years and bodies.",
    key=("document_id",),
    columns=(
        _document_id,
        Column("body_id", pl.String, "Reporting body (documents.body_id).", nullable=True, pattern=IDENTIFIER),
        Column("body_name", pl.String, "Reporting body as printed.", nullable=True),
        Column("report_year", pl.Int32, "Year the figures are about.", nullable=True, unit="year"),
        Column("scope", pl.String, "Whose figures the report adds up.", nullable=True, values=SCOPES),
        Column("form", pl.String, "Official form.", nullable=True, values=FORMS),
        *(
            Column(name, DECIMAL, f"{meaning}, as printed; NULL when it is no number.", nullable=True)
            for name, meaning in (
                ("requests_received", "Requests received, total"),
                ("requests_disposed", "Requests disposed of, total"),
                ("review_cases", "Review cases, total"),
                ("licence_decisions", "Licence decisions"),
                ("penalty_decisions", "Penalty decisions"),
                ("coercion_decisions", "Coercion decisions"),
                ("fees", "Fees collected, in 万元"),
                ("normative_documents_issued", "Normative documents issued"),
                ("normative_documents_repealed", "Normative documents repealed"),
                ("normative_documents_in_force", "Normative documents in force"),
            )
        ),
        Column(
            "request_table",
            pl.String,
            "Fingerprint of every cell of the request table; NULL when too few requests were received for a table to be like no "
            "other.",
            nullable=True,
            pattern=IDENTIFIER,
        ),
        Column(
            "request_cells_not_zero",
            pl.Int32,
            "Numbers in that table that are not zero; NULL when it has no fingerprint.",
            nullable=True,
        ),
        Column(
            "sentences",
            pl.List(pl.UInt64),
            "Hashes of the sentences of the report's own text, each once, without numbers, marks and the body's name.",
        ),
        Column("lengths", pl.List(pl.UInt16), "Characters of each of these sentences."),
        Column(
            "read_as",
            pl.String,
            "Fingerprint of what was read: while it stays, the document need not be audited again.",
            pattern=IDENTIFIER,
        ),
    ),
)

HISTORY_FINDINGS = Frame(
    name="history_findings",
    grain="One row per document and rule that fails against the body's last report or another body's text.",
    key=FINDINGS.key,
    columns=AUDIT_FINDINGS.columns,
)

TEXT_SIMILARITY = Frame(
    name="text_similarity",
    grain="One row per report and kind of other report: the one that holds most of its text.",
    key=("document_id", "kind"),
    columns=(
        _document_id,
        Column(
            "kind",
            pl.String,
            "last_year: the body's own report of the year before; other_body: a report of another body and the same year.",
            values=("last_year", "other_body"),
        ),
        Column("other_document_id", pl.String, "The other report.", pattern=IDENTIFIER),
        Column(
            "share",
            pl.Float64,
            "Share of the characters of the report's own text that stand in sentences of the other one, numbers, marks and the "
            "body's name left out.",
            at_least=0,
            at_most=1,
        ),
        Column("characters_repeated", pl.Int32, "Characters in sentences that the other report holds too.", at_least=0),
        Column("characters", pl.Int32, "Characters of the report's own text.", at_least=0),
    ),
    warnings=(
        "Reports with little text are left out, and other bodies' reports are found by minhash: one that shares less than a "
        "third of its sentences may be missed.",
    ),
)

_line = Column("line", pl.Int32, "Line of the file that a person edits.", at_least=1)

VERDICTS = Frame(
    name="verdicts",
    grain="One row per finding that a person judged (review/verdicts.csv).",
    key=("finding_id",),
    columns=(
        Column("finding_id", pl.String, "The finding's fingerprint.", pattern=IDENTIFIER),
        Column("verdict", pl.String, "confirmed: it is as the finding says; dismissed: it is not.", values=VERDICT_KINDS),
        Column("left_value", DECIMAL, "Left side of the finding when it was judged.", nullable=True),
        Column("right_value", DECIMAL, "Right side of the finding when it was judged.", nullable=True),
        Column("reason", pl.String, "Why."),
        Column("decided_by", pl.String, "Who decided."),
        Column("decided_on", pl.Date, "When."),
        _line,
    ),
)

CORRECTIONS = Frame(
    name="corrections",
    grain="One row per cell that a person found wrongly printed (review/corrections.yaml).",
    key=("document_id", "cell"),
    columns=(
        _document_id,
        Column("cell", pl.String, "Code of the cell."),
        Column("expected_value", DECIMAL, "What the correction expects to be printed; NULL: no number.", nullable=True),
        Column("corrected_value", DECIMAL, "What it must be."),
        Column("reason", pl.String, "Why."),
        Column("evidence", pl.String, "Where the right value stands."),
        Column("status", pl.String, "proposed, or confirmed by the body or a second document.", values=CORRECTION_STATUSES),
        _line,
    ),
)

CANDIDATES = Frame(
    name="candidates",
    grain="One row per document, attribute and place that states a value for it.",
    key=("document_id", "attribute", "position"),
    columns=(
        _document_id,
        Column("attribute", pl.String, "What is being identified.", values=CANDIDATE_KINDS),
        Column("position", pl.Int32, "Order of preference, from 0.", at_least=0),
        Column("value", pl.String, "The value as read."),
        Column(
            "origin",
            pl.String,
            "Where it was read: page_title, meta, heading, statistics_period, text, header, path, signature …",
        ),
        Column("chosen", pl.Boolean, "Whether this candidate was taken."),
        Column("reason", pl.String, "Why the chosen one was taken; NULL for the others.", nullable=True),
    ),
)

BODY_SUCCESSIONS = Frame(
    name="body_successions",
    grain="One row per predecessor and successor of bodies that were renamed, merged or split.",
    key=("predecessor_id", "successor_id"),
    columns=(
        Column("predecessor_id", pl.String, "Identifier of the body before.", pattern=IDENTIFIER),
        Column("successor_id", pl.String, "Identifier of the body after.", pattern=IDENTIFIER),
        Column("predecessor", pl.String, "Its name, as in bodies/registry/successions.csv."),
        Column("successor", pl.String, "Its name, as in bodies/registry/successions.csv."),
        Column("kind", pl.String, "What happened.", values=SUCCESSION_KINDS),
        Column("effective_on", pl.Date, "Day from which the successor acts."),
        Column("note", pl.String, "Where that is written.", nullable=True),
    ),
)

EXPECTED_BODIES = Frame(
    name="expected_bodies",
    grain="One row per body that a team expects to report (review/expected_bodies.csv).",
    key=("body_id",),
    columns=(
        Column("body_id", pl.String, "Identifier of the body.", pattern=IDENTIFIER),
        Column("body_name", pl.String, "Its name as listed."),
        Column("first_year", pl.Int32, "First report year expected; NULL: every year.", nullable=True, unit="year"),
        Column("last_year", pl.Int32, "Last report year expected; NULL: no end.", nullable=True, unit="year"),
    ),
)

FRAMES = (MANIFEST, DOCUMENTS, CELLS, SECTIONS, FINDINGS, CANDIDATES, AUDIT_FINDINGS, CLAIMS, PROFILES, HISTORY_FINDINGS, TEXT_SIMILARITY, VERDICTS, CORRECTIONS, BODY_SUCCESSIONS, EXPECTED_BODIES)
# The frames of reading, stored as one Parquet file per partition and written together.
STAGED = (DOCUMENTS, CELLS, SECTIONS, FINDINGS, CANDIDATES)
# Every frame stored as one Parquet file per partition.
PARTITIONED = (*STAGED, AUDIT_FINDINGS, CLAIMS, PROFILES, HISTORY_FINDINGS, TEXT_SIMILARITY)
