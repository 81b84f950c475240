"""Pictures that a page shows in place of its tables.

Here: which pictures a page without tables shows. Not here: fetching them from beside the page, recognising what is on them.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

# The request table alone has more rows than this; a page with so many has its tables as tables.
FEWEST_ROWS = 20
# Beside the pictures of a report stand icons and logos.
MOST_PICTURES = 60


def pictures(tree: LexborHTMLParser) -> list[str | bytes]:
    """Return the pictures of a page in order, each once: its bytes where the page holds it, else its address."""
    found: dict[str | bytes, None] = {}
    for node in tree.css("img[src]")[:MOST_PICTURES]:
        address = node.attributes.get("src") or ""
        picture = _embedded(address) if address.startswith("data:") else address.strip()
        if picture:
            found[picture] = None
    return list(found)


def _embedded(address: str) -> bytes:
    head, _, content = address.partition(",")
    if not head.startswith("data:image/"):
        return b""
    try:
        return b64decode(content, validate=False) if head.endswith(";base64") else unquote_to_bytes(content)
    except Base64Error:
        return b""  # a picture that no browser shows either
