"""Pack the outlines of the provinces, before and since 1 July 2025, into the data file of ``govner.show``.

    python tools/build_outlines.py [--places ../shared/places]

Writes ``src/govner/show/data/outlines.z``: UTF-8 text compressed with zlib, one province a line, its fields parted by
tabs: edition (``until`` or ``since``), code, name, then a field for each polygon. A polygon's rings are parted by
``;``; a ring is its points parted by spaces, each ``longitude,latitude`` in thousandths of a degree, after the first
point as steps from the one before. Needs shapely. The same input gives the same bytes.

The older file lacks small islands. They are taken from the newer one: an island near the coast goes to the province of
the old district or commune whose point is the nearest, among those that made up the new province; one far out at sea
is of Hoàng Sa (Đà Nẵng) or Trường Sa (Khánh Hòa), which kept their province's code in 2025.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import zlib
from pathlib import Path
from typing import Any

from shapely.geometry import Point, shape
from shapely.ops import unary_union

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "govner" / "show" / "data" / "outlines.z"
EVE = "2025-06-30"
FAR = 1.5
"""Degrees from the nearest point of a province's units at which an island is one of the two archipelagos'."""

Ring = list[tuple[float, float]]
Provinces = dict[str, tuple[str, list[list[Ring]]]]


def read(path: Path) -> Provinces:
    """Code → name and polygons."""
    features = json.loads(path.read_text("utf-8"))["features"]
    return {f["properties"]["code"]: (f["properties"]["name"], f["geometry"]["coordinates"]) for f in features}


def add_islands(old: Provinces, new: Provinces, places: Path) -> int:
    """Give the old provinces the islands that only the newer file has; return how many."""
    land = unary_union([shape({"type": "MultiPolygon", "coordinates": polys}).buffer(0) for _, polys in old.values()])
    points = old_points(places / "units.csv")
    with (places / "provinces_2025.csv").open(encoding="utf-8", newline="") as lines:
        into = {row["old_province"]: row["new_province"] for row in csv.DictReader(lines)}
    added = 0
    for code, (_, polygons) in new.items():
        near = [(point, province) for province, point in points if into[province] == code]
        for polygon in polygons:
            island: Any = shape({"type": "Polygon", "coordinates": polygon}).buffer(0)
            if not island.intersects(land):
                distance, province = min((island.distance(point), province) for point, province in near)
                old[code if distance > FAR else province][1].append(polygon)
                added += 1
    return added


def old_points(units: Path) -> list[tuple[str, Point]]:
    """Province code and point of every district and commune that stood on the eve of the reform."""
    with units.open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["observed_from"] <= EVE and r["observed_to"] in ("", EVE)]
    above = {r["code"]: r["parent"] for r in rows if r["level"] == "2"}
    found = []
    for row in rows:
        province = row["parent"] if row["level"] == "2" else above.get(row["parent"])
        if row["level"] != "1" and province and row["lat"]:
            found.append((province, Point(float(row["lon"]), float(row["lat"]))))
    return found


def ring(points: Ring) -> str:
    """A ring as its first point and the steps from it."""
    x = y = 0
    steps = []
    for lon, lat in points:
        at = round(lon * 1000), round(lat * 1000)
        if not steps or at != (x, y):
            steps.append(f"{at[0] - x},{at[1] - y}")
        x, y = at
    return " ".join(steps)


def pack(editions: dict[str, Provinces]) -> bytes:
    """The bytes of the data file."""
    lines = [
        "\t".join([edition, code, name, *(";".join(map(ring, polygon)) for polygon in polygons)])
        for edition, provinces in editions.items()
        for code, (name, polygons) in sorted(provinces.items())
    ]
    return zlib.compress("\n".join(lines).encode("utf-8"), 9)


def main() -> None:
    """Read, complete, pack, write; the size goes to standard error."""
    parser = argparse.ArgumentParser(description="Pack the outlines of the provinces.")
    parser.add_argument("--places", type=Path, default=ROOT.parent / "shared" / "places")
    places = parser.parse_args().places
    old, new = read(places / "provinces_until_2025.geojson"), read(places / "provinces_since_2025.geojson")
    islands = add_islands(old, new, places)
    packed = pack({"until": old, "since": new})
    OUT.write_bytes(packed)
    print(f"{len(old)} and {len(new)} provinces, {islands} islands added, {len(packed)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
