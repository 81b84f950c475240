"""What the bytes of a page tell of its tags: never a no where the parser finds one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from dagster_project.documents.html_tags import Tags

ASKED = ("a", "s", "h1", "h2", "img", "pre", "svg", "del", "meta", "style", "script", "select", "strike", "object", "template")
NAMES = (*ASKED, "p", "td", "strong", "span", "section", "h3")
TAGS = st.builds(
    lambda name, rest, upper: f"<{name.upper() if upper else name}{rest}>",
    st.sampled_from(NAMES),
    st.sampled_from(("", " ", "/", " class='x'", "\n", "\t href=y")),
    st.booleans(),
)


@given(st.lists(st.one_of(TAGS, st.text("0 年<x>", max_size=3))))
def test_what_the_tree_holds_the_bytes_may_hold(parts: list[str]) -> None:
    # A tag that ends the file holds nothing, and is not looked for.
    page = "".join(parts) + "....."
    tree = LexborHTMLParser(page)
    tags = Tags(page.encode())
    assert all(tags.have(name) for name in ASKED if tree.css_first(f"body {name},head {name}") is not None)


def test_names_are_told_apart_where_it_matters() -> None:
    tags = Tags(b"<strong>5</strong><table><tr><td><p>1</p></td></tr></table><h2>x</h2>")
    assert not tags.have("strike", "s", "style", "script", "pre", "img", "a")
    assert tags.have("h1", "h2") and not tags.among_tables("h1", "h2")


@pytest.mark.parametrize("content", [b"", b"<", b"<a", b"<img"])
def test_a_page_of_a_few_bytes(content: bytes) -> None:
    tags = Tags(content)
    assert not tags.have("table") and not tags.breaks_off and not tags.may_hide_in_tables()


def test_a_page_that_ends_inside_its_last_table() -> None:
    assert Tags(b"<table></table><TABLE><tr><td>5").breaks_off
    assert not Tags(b"<table><tr><td>5</TABLE>").breaks_off


@pytest.mark.parametrize(
    ("style", "hides"),
    [("display:none", True), ("DISPLAY : NONE", True), ("visibility: hidden", True), ("border:none", False), ("color:red", False)],
)
def test_styles_that_hide(style: str, hides: bool) -> None:
    page = f'<p style="display:none"></p><table><tr><td style="{style}">5</td></tr></table>'
    assert Tags(page.encode()).may_hide_in_tables() is hides
