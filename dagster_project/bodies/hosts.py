"""Whether an address is one of the government's own: *.gov.cn, or a host in registry/trusted_hosts.csv.

Here: the host of an address. Not here: what a copy elsewhere is worth (dbt, int_report_versions). Pages of government bodies
are cloned by the thousand with the body's name or its links replaced, so a copy elsewhere is never the current report.
"""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

_OFFICIAL = ("gov.cn",)


def host_of(address: str) -> str | None:
    """Return the host of an address in lower case, without port; None when it is no address of a host."""
    try:
        host = urlsplit(address.strip()).hostname
    except ValueError:
        return None  # no address, whatever it looks like
    return host.lower() if host and "." in host else None


def is_official(address: str) -> bool | None:
    """Tell whether the address is of a government site; None when it names no host."""
    host = host_of(address)
    if host is None:
        return None
    return any(host == trusted or host.endswith(f".{trusted}") for trusted in (*_OFFICIAL, *_trusted()))


@cache
def _trusted() -> tuple[str, ...]:
    rows = pl.read_csv(Path(__file__).parent / "registry" / "trusted_hosts.csv", infer_schema=False)
    return tuple(rows["host"].str.to_lowercase())
