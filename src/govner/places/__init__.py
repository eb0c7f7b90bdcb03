"""Administrative units of Vietnam with their dates, and the other places that the news names.

>>> from govner.places import gazetteer
>>> gazetteer().find("huyện Bình Sơn", date="2024-01-01")
[Unit(2:524 huyện Bình Sơn)]
"""

from govner.places.gazetteer import REFORM, Gazetteer, gazetteer
from govner.places.names import TYPE_WORDS, TYPES, key, unit_type
from govner.places.world import KINDS, WorldPlace, usage, world

__all__ = [
    "KINDS",
    "REFORM",
    "TYPES",
    "TYPE_WORDS",
    "Gazetteer",
    "WorldPlace",
    "gazetteer",
    "key",
    "unit_type",
    "usage",
    "world",
]
