"""How is a plan written as DXF? A layer for each kind, a closed polyline for each ring, in metres.

All that a thing says goes along as extended data of the application ``LAYOUTLAB``: JSON in strings
of at most 250 characters. Other programs show layers and contours, and keep the rest.
"""

import io
import json
from pathlib import Path
from typing import Any

import ezdxf
import shapely

from layoutlab import canonical
from layoutlab.floor.formats.dxf import APPLICATION
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import KINDS, Plan, Thing

COLOURS = dict(zip(KINDS, (8, 7, 5, 3, 1, 6, 9, 4), strict=True))
CHUNK, MOST_BYTES = 250, 15_000


def write(plan: Plan, path: str | Path, notes: Notes) -> None:
    """Write a plan as DXF R2010 in metres; the same plan gives the same bytes."""
    before = ezdxf.options.write_fixed_meta_data_for_testing
    ezdxf.options.write_fixed_meta_data_for_testing = True
    try:
        document = ezdxf.new("R2010", units=6)
        document.appids.add(APPLICATION)
        document.header.custom_vars.append(APPLICATION, json.dumps(plan.name))
        for kind in KINDS:
            document.layers.add(kind, color=COLOURS[kind])
        for thing in plan.things:
            _add(document.modelspace(), thing, notes)
        stream = io.StringIO()
        document.write(stream)
    finally:
        ezdxf.options.write_fixed_meta_data_for_testing = before
    if plan.extra:
        notes.add("members of the plan beyond its name", "not kept by DXF",
                  ", ".join(sorted(plan.extra)))  # fmt: skip
    canonical.write_text(path, stream.getvalue())


def _add(space: Any, thing: Thing, notes: Notes) -> None:
    """Add a thing's rings, lines or points, each with what the thing says."""
    said = geojson.properties(thing)
    if len(json.dumps(said)) > MOST_BYTES:
        notes.add("more properties than DXF can hold", "only the form's own kept", thing.id)
        said = {key: value for key, value in said.items() if key not in thing.extra}
    form = thing.shape.geom_type
    for part, piece in enumerate(shapely.get_parts(thing.shape)):
        rings = [piece.exterior, *piece.interiors] if piece.geom_type == "Polygon" else [piece]
        for ring in rings:
            points = [(float(x), float(y)) for x, y, *_ in ring.coords]
            where = {"layer": thing.kind}
            if piece.geom_type == "Point":
                entity = space.add_point(points[0], dxfattribs=where)
            else:
                full = piece.geom_type == "Polygon"
                entity = space.add_lwpolyline(
                    points[:-1] if full else points, close=full, dxfattribs=where
                )
            text = json.dumps({"form": form, "part": part, "properties": said}, sort_keys=True)
            chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
            entity.set_xdata(APPLICATION, [(1000, chunk) for chunk in chunks])
