"""Turns `land-50m.json` of the npm package `world-atlas` into `outline.txt`.

    python3 convert.py land-50m.json > outline.txt

One line a ring: its points as `longitude latitude` in tenths of a degree, the first in full, each
further one as the step from the point before it. Longitudes run on past 180 where a ring crosses
the antimeridian, so that no ring jumps. Holes (inland seas) are rings like any other: fill by the
even-odd rule. Rings wholly south of 60 degrees south are left out, and so are rings that vanish
at this precision. Points closer than a twelfth of a degree to the line without them are left out
(Douglas and Peucker 1973).
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    topology = json.load(file)
scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]


def arc_points(arc):
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
    return points


arcs = [arc_points(arc) for arc in topology["arcs"]]


def ring_points(ring):
    points = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc if not points else arc[1:])
    return points


def tenths(points):
    """Rounded, unwrapped, without repeated points and without the closing one."""
    out, turn, last = [], 0, None
    for longitude, latitude in points:
        if last is not None and longitude - last > 180:
            turn -= 360
        if last is not None and longitude - last < -180:
            turn += 360
        last = longitude
        point = (round((longitude + turn) * 10), round(latitude * 10))
        if not out or out[-1] != point:
            out.append(point)
    if len(out) > 1 and out[0] == out[-1]:
        out.pop()
    return out


def simplified(points, tolerance=0.8):
    """The ring without the points that hardly bend it: cut at its first and farthest point."""

    def chain(points):
        (ax, ay), (bx, by) = points[0], points[-1]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        farthest, off = 0, tolerance
        for k, (x, y) in enumerate(points[1:-1], 1):
            away = abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length if length else 0
            if away > off:
                farthest, off = k, away
        if not farthest:
            return [points[0], points[-1]]
        return chain(points[: farthest + 1]) + chain(points[farthest:])[1:]

    x0, y0 = points[0]
    far = max(range(len(points)), key=lambda k: (points[k][0] - x0) ** 2 + (points[k][1] - y0) ** 2)
    return chain(points[: far + 1])[:-1] + chain(points[far:] + points[:1])[:-1]


for polygon in [
    polygon
    for geometry in topology["objects"]["land"]["geometries"]
    for polygon in geometry["arcs"]
]:
    for ring in polygon:
        points = tenths(ring_points(ring))
        if len(points) > 8:
            points = simplified(points)
        if len(points) < 3 or max(latitude for _, latitude in points) < -600:
            continue
        steps = [points[0]] + [
            (b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:])
        ]
        print(" ".join(f"{x} {y}" for x, y in steps))
