"""Error maps of every approximation in the library, computed in parts and rendered as docs/error-maps.md.

``python -m bench.error_maps mgc cache`` computes two families anew, each in some minutes at most, and renders the page;
``--render`` renders only. Without a name all are computed.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.maps import bursts, caches, links, many_servers, networks, pools
from bench.maps.grid import Family, read, written
from bench.maps.page import drawn, page

DOCS = Path(__file__).parents[1] / "docs"
FAMILIES: dict[str, Callable[[], Family]] = {
    "mgc": many_servers.mgc,
    "stations": many_servers.stations,
    "closed": networks.closed,
    "servers": networks.servers,
    "mixed": networks.mixed,
    "first-come": networks.first_come,
    "pools": pools.pools,
    "cache": caches.cache,
    "bursts": bursts.bursts,
    "links": links.links,
}


def main() -> None:
    """Computes the families that were asked for, keeps their results, and renders the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.error_maps", description=__doc__)
    parser.add_argument("families", nargs="*", metavar="NAME", help=f"of {', '.join(FAMILIES)}")
    parser.add_argument("--render", action="store_true", help="only render what is kept")
    asked = parser.parse_args()
    folder = DOCS / "error-maps"
    folder.mkdir(parents=True, exist_ok=True)
    if not asked.render:
        compute(asked.families or list(FAMILIES), folder)
    render(DOCS)


def compute(names: list[str], folder: Path) -> None:
    """Computes these families and keeps them in the folder, one file each."""
    for name in names:
        began_s = time.perf_counter()
        path = written(FAMILIES[name](), folder)
        print(f"{path.name}: {time.perf_counter() - began_s:.0f} s", file=sys.stderr)


def render(docs: Path) -> None:
    """The page and its pictures from what is kept beside it."""
    families = [read(path) for name in FAMILIES if (path := docs / "error-maps" / f"{name}.json").exists()]
    for family in families:
        drawn(family, docs / "error-maps" / f"{family.name}.svg")
    (docs / "error-maps.md").write_text(page(families), encoding="utf-8")


if __name__ == "__main__":
    main()
