"""Which benchmark instances of layout problems do we know? Three sets, a line of CSV for each file.

``layouts.csv`` beside this module has the columns dataset, name, sha256, recipe and source (owner,
repository, commit and path; empty for what was made for the mirror: solutions brought to one form,
tables of best known values).
"""

import csv
from functools import lru_cache
from pathlib import Path

from layoutlab.registry.records import GITHUB, DataFile, Dataset

FILES = Path(__file__).with_name("layouts.csv")


@lru_cache
def _lines() -> list[dict[str, str]]:
    with FILES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _files(dataset: str) -> tuple[DataFile, ...]:
    """Return the files of one set; nothing is packed, so a file's hash is its content's."""
    return tuple(
        DataFile(
            name=line["name"],
            sha256=line["sha256"],
            content_sha256=line["sha256"],
            sources=(f"{GITHUB}/{line['source']}",) if line["source"] else (),
            recipe=line["recipe"],
        )
        for line in _lines()
        if line["dataset"] == dataset
    )


QAPLIB = Dataset(
    name="qaplib",
    title="QAPLIB: 139 quadratic assignment instances, n = 5 to 256, best known values",
    address="https://qaplib.mgi.polymtl.ca",
    licence="none stated, distributed for research; cite the paper and the author of each family",
    citation=(
        "R. E. Burkard, S. E. Karisch, F. Rendl (1997), QAPLIB - a quadratic assignment problem "
        "library, Journal of Global Optimization 10, 391-403"
    ),
    files=_files("qaplib"),
    tables={"best_known": "best_known.csv"},
)

SRFLP = Dataset(
    name="srflp",
    title="Single-row facility layout: 149 instances, n = 5 to 100, best known values and orders",
    address=(
        "https://www.philipphungerlaender.com/benchmark-libraries/layout-lib/row-layout-instances/"
    ),
    licence="none stated, standard academic benchmark data; cite the originals",
    citation=(
        "Simmons 1969; Love and Wong 1976; Heragu and Kusiak 1991; Anjos, Kennings and Vannelli "
        "2005; Amaral 2006; Anjos and Vannelli 2008; Anjos and Yen 2009; Hungerlaender and Rendl "
        "2013; files as in V. Coppe, X. Gillard, P. Schaus, github.com/vcoppe/csrflp-dd"
    ),
    files=_files("srflp"),
    tables={"best_known": "best_known.csv"},
)

UAFLP = Dataset(
    name="uaflp",
    title="Unequal-area facility layout: 19 instances, 7 to 62 departments, 32 published layouts",
    address="https://github.com/linkaibabba/HPSO4UAFLP",
    licence="none stated, standard academic benchmark data; cite the originals",
    citation=(
        "Armour and Buffa 1963; Bazaraa 1975; van Camp, Carter and Vannelli 1991; Bozer and Meller "
        "1997; Meller, Narayanan and Vance 1998; Dunker, Radons and Westkaemper 2003; Liu and "
        "Meller 2007; files made from github.com/linkaibabba/HPSO4UAFLP and "
        "github.com/scaceresg/proj-uaflp-metaheuristics"
    ),
    files=_files("uaflp"),
    tables={"best_known": "best_known.csv"},
)
