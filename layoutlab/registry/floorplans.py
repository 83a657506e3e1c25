"""Which floor plans do we know? Four sets, a line of CSV for each file.

``floorplans.csv`` beside this module has the columns dataset, name, sha256, content_sha256, recipe
and sources (owner, repository, commit and path, divided by spaces; empty for what was made for the
mirror: footprints cut from meshes, a registration, way-points taken from traces).
"""

import csv
from functools import lru_cache
from pathlib import Path

from layoutlab.registry.records import GITHUB, DataFile, Dataset

FILES = Path(__file__).with_name("floorplans.csv")


@lru_cache
def _lines() -> list[dict[str, str]]:
    with FILES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _files(dataset: str) -> tuple[DataFile, ...]:
    return tuple(
        DataFile(
            name=line["name"],
            sha256=line["sha256"],
            content_sha256=line["content_sha256"],
            sources=tuple(f"{GITHUB}/{source}" for source in line["sources"].split()),
            recipe=line["recipe"],
        )
        for line in _lines()
        if line["dataset"] == dataset
    )


CONVENIENCE_STORE = Dataset(
    name="floorplans/convenience_store",
    title="Convenience store (simulated): 87 fixtures, 43 zones, 10,000 zone paths",
    address="https://github.com/fabianying/covid19-supermarket-abm",
    licence="GPL-3.0",
    citation=(
        "F. Ying, N. O'Clery (2021), Modelling COVID-19 transmission in supermarkets using an "
        "agent-based model, PLoS ONE 16(4), e0249821"
    ),
    files=_files("floorplans/convenience_store"),
    tables={"zones": "zones.csv", "fixture_zones": "shelf_to_zone.csv"},
)

BOOKSTORE = Dataset(
    name="floorplans/bookstore",
    title="Bookstore (modelled): 129 footprints and an occupancy grid of the same shop",
    address="https://github.com/aws-robotics/aws-robomaker-bookstore-world",
    licence="MIT-0",
    citation="Amazon.com, Inc., AWS RoboMaker Bookstore World (2021)",
    files=_files("floorplans/bookstore"),
    tables={},
)

SUPERCENTER_POINTS = Dataset(
    name="floorplans/supercenter_points",
    title="Supercenter (real): 447 hand-marked positions in units of its own",
    address="https://github.com/rydezo/store-path-optimizer",
    licence="MIT",
    citation="R. Ortiz (2026), store-path-optimizer",
    files=_files("floorplans/supercenter_points"),
    tables={},
)

MALL_FLOORPLANS = Dataset(
    name="mall-floorplans",
    title="Two malls (real): outlines and units of 14 floors, 7,025 way-points of surveyors",
    address="https://github.com/location-competition/indoor-location-competition-20",
    licence="MIT",
    citation="Indoor Location Competition 2.0 (2021), Microsoft Research and XYZ10, Hangzhou malls",
    files=_files("mall-floorplans"),
    tables={"floors": "floor_info.csv", "waypoints": "surveyor_waypoints.csv.gz"},
)
