"""What households are made of: rooms, what is in them, and where.

Counts and places follow the class statistics of ALFWorld's public data (MIT, Shridhar
et al. 2021; households of AI2-THOR). They are facts about the data; no household is copied.
"""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """A kind of room.

    Attributes:
        name: as in `scene_id`.
        receptacles: class to the counts to choose from, with equal odds.
        objects: class to (share of rooms that have it, fewest, most) of what is placed in games.
        furniture: class to (share of rooms that have it, most) of what stands in or on a receptacle
            and belongs to the layout; it cannot be picked up.
        fixtures: class to (fewest, most) of what stands beside the receptacles; as furniture.
    """

    name: str
    receptacles: dict[str, tuple[int, ...]]
    objects: dict[str, tuple[float, int, int]]
    furniture: dict[str, tuple[float, int]]
    fixtures: dict[str, tuple[int, int]]


def _weights(rows: dict[str, str]) -> dict[str, dict[str, int]]:
    table = {}
    for kind, words in rows.items():
        pairs = (word.split(":") for word in words.split())
        table[kind] = {receptacle: int(weight) for receptacle, weight in pairs}
    return table


SHARING = {"Cabinet": 0.17, "Drawer": 0.16, "StoveBurner": 0.3, "Shelf": 0.2}
"""How often a receptacle of a class stands at the place of the one before it, of its class."""

BESIDE = {"Toaster": 0.35, "CoffeeMachine": 0.21}
"""How often a receptacle of a class stands at the place of a counter top."""

KITCHEN = Room(
    "kitchen",
    receptacles={
        "Cabinet": (4, 5, 7, 8, 8, 9, 9, 10, 12, 18),
        "CoffeeMachine": (1,),
        "CounterTop": (1, 2, 2, 3),
        "DiningTable": (0, 0, 1, 1, 2),
        "Drawer": (2, 3, 3, 4, 5, 6, 9),
        "Fridge": (1,),
        "GarbageCan": (1,),
        "Microwave": (1,),
        "Shelf": (0, 0, 0, 0, 0, 3),
        "SideTable": (0, 0, 0, 0, 0, 0, 0, 1),
        "SinkBasin": (1,),
        "StoveBurner": (4,),
        "Toaster": (1,),
    },
    objects={
        "Apple": (1.0, 1, 3),
        "Book": (0.11, 1, 2),
        "Bowl": (1.0, 1, 3),
        "Bread": (1.0, 1, 2),
        "ButterKnife": (0.98, 1, 3),
        "CellPhone": (0.11, 1, 2),
        "CreditCard": (0.07, 1, 3),
        "Cup": (1.0, 1, 3),
        "DishSponge": (1.0, 1, 3),
        "Egg": (1.0, 1, 3),
        "Fork": (1.0, 1, 3),
        "Glassbottle": (0.28, 1, 3),
        "Kettle": (0.47, 1, 3),
        "Knife": (1.0, 1, 3),
        "Ladle": (0.37, 1, 3),
        "Lettuce": (1.0, 1, 3),
        "Mug": (1.0, 1, 3),
        "Pan": (1.0, 1, 2),
        "PaperTowelRoll": (0.36, 1, 1),
        "Pen": (0.09, 1, 3),
        "Pencil": (0.11, 1, 3),
        "PepperShaker": (1.0, 1, 3),
        "Plate": (1.0, 1, 3),
        "Pot": (1.0, 1, 2),
        "Potato": (1.0, 1, 3),
        "SaltShaker": (1.0, 1, 3),
        "SoapBottle": (1.0, 1, 3),
        "Spatula": (1.0, 1, 3),
        "Spoon": (1.0, 1, 3),
        "SprayBottle": (0.08, 1, 3),
        "Statue": (0.16, 1, 3),
        "Tomato": (1.0, 1, 3),
        "Vase": (0.16, 2, 3),
        "WineBottle": (0.46, 1, 3),
    },
    furniture={"HousePlant": (0.35, 1)},
    fixtures={
        "Chair": (0, 2),
        "LightSwitch": (1, 1),
        "Sink": (1, 1),
        "StoveKnob": (4, 4),
        "Window": (1, 2),
    },
)

LIVING_ROOM = Room(
    "livingroom",
    receptacles={
        "ArmChair": (1, 1, 2),
        "Cabinet": (0, 0, 0, 0, 4, 8),
        "CoffeeTable": (1, 1, 1, 2),
        "Desk": (0, 0, 0, 0, 1),
        "DiningTable": (0, 1, 1),
        "Drawer": (4, 6, 6, 8, 9, 12),
        "Dresser": (0, 0, 1),
        "GarbageCan": (1,),
        "Ottoman": (0, 0, 0, 0, 1),
        "Safe": (0, 0, 0, 0, 0, 0, 0, 1),
        "Shelf": (0, 1, 3, 5, 8, 9),
        "SideTable": (1, 2, 2, 3),
        "Sofa": (1, 1, 1, 2),
        "TVStand": (0, 1),
    },
    objects={
        "Book": (0.4, 1, 2),
        "Bowl": (0.1, 1, 2),
        "Box": (1.0, 1, 3),
        "Candle": (0.1, 1, 3),
        "CellPhone": (0.3, 1, 3),
        "CreditCard": (1.0, 1, 3),
        "KeyChain": (1.0, 1, 3),
        "Laptop": (1.0, 1, 2),
        "Newspaper": (0.5, 1, 3),
        "Pen": (0.12, 1, 3),
        "Pencil": (0.11, 1, 3),
        "Pillow": (1.0, 1, 2),
        "Plate": (0.25, 1, 3),
        "RemoteControl": (1.0, 1, 3),
        "Statue": (0.98, 1, 3),
        "TissueBox": (0.3, 1, 3),
        "Vase": (0.58, 1, 4),
        "Watch": (0.52, 1, 3),
        "WateringCan": (0.3, 1, 1),
    },
    furniture={"DeskLamp": (0.6, 1), "HousePlant": (1.0, 1), "Television": (0.8, 1)},
    fixtures={
        "Chair": (0, 4),
        "FloorLamp": (1, 1),
        "LightSwitch": (1, 1),
        "Painting": (1, 2),
        "Window": (1, 3),
    },
)

BEDROOM = Room(
    "bedroom",
    receptacles={
        "ArmChair": (0, 0, 0, 1),
        "Bed": (1, 1, 1, 1, 1, 2),
        "Cabinet": (0, 0, 0, 0, 2, 4),
        "Desk": (0, 1, 1, 1, 2),
        "Drawer": (4, 5, 6, 8, 8, 10, 12),
        "Dresser": (0, 1),
        "GarbageCan": (1,),
        "LaundryHamper": (0, 0, 0, 1),
        "Safe": (0, 0, 0, 0, 0, 1),
        "Shelf": (0, 1, 2, 3, 5, 7),
        "SideTable": (1, 1, 2),
    },
    objects={
        "AlarmClock": (1.0, 1, 3),
        "Book": (1.0, 1, 3),
        "Bowl": (0.46, 1, 2),
        "Box": (0.48, 1, 1),
        "CD": (1.0, 1, 3),
        "CellPhone": (1.0, 1, 3),
        "Cloth": (0.11, 1, 2),
        "CreditCard": (1.0, 1, 3),
        "KeyChain": (1.0, 1, 3),
        "Laptop": (1.0, 1, 2),
        "Mug": (0.6, 1, 3),
        "Pen": (1.0, 1, 3),
        "Pencil": (1.0, 1, 3),
        "Pillow": (1.0, 1, 2),
        "RemoteControl": (0.12, 1, 3),
        "Statue": (0.11, 1, 2),
        "TeddyBear": (0.33, 1, 1),
        "TissueBox": (0.1, 1, 3),
        "Vase": (0.1, 1, 3),
    },
    furniture={"DeskLamp": (1.0, 2), "HousePlant": (0.32, 1), "Television": (0.13, 1)},
    fixtures={
        "Blinds": (0, 2),
        "Chair": (0, 1),
        "LightSwitch": (1, 1),
        "Mirror": (1, 1),
        "Painting": (0, 2),
        "Window": (1, 2),
    },
)

BATHROOM = Room(
    "bathroom",
    receptacles={
        "BathtubBasin": (0, 1, 1, 1),
        "Cabinet": (0, 2, 4, 4, 5),
        "Cart": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        "CounterTop": (1, 1, 1, 2),
        "Drawer": (0, 0, 2, 4, 4, 8),
        "GarbageCan": (1,),
        "HandTowelHolder": (1, 2),
        "Shelf": (0, 0, 0, 1, 2),
        "SideTable": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        "SinkBasin": (1, 2),
        "Toilet": (1,),
        "ToiletPaperHanger": (1,),
        "TowelHolder": (1, 1, 2),
    },
    objects={
        "Candle": (1.0, 1, 3),
        "Cloth": (1.0, 1, 3),
        "DishSponge": (0.15, 1, 3),
        "HandTowel": (1.0, 1, 2),
        "PaperTowelRoll": (0.13, 1, 1),
        "SoapBar": (1.0, 1, 3),
        "SoapBottle": (1.0, 1, 3),
        "SprayBottle": (1.0, 1, 3),
        "TissueBox": (0.2, 1, 3),
        "ToiletPaper": (1.0, 2, 3),
        "Towel": (1.0, 1, 2),
    },
    furniture={},
    fixtures={
        "Bathtub": (0, 1),
        "LightSwitch": (1, 1),
        "Mirror": (1, 1),
        "Plunger": (1, 1),
        "ScrubBrush": (1, 1),
        "ShowerDoor": (0, 1),
        "Sink": (1, 2),
        "Window": (0, 1),
    },
)

ROOMS = (KITCHEN, LIVING_ROOM, BEDROOM, BATHROOM)
ROOM_NAMES = tuple(room.name for room in ROOMS)

PORTABLE = frozenset(kind for room in ROOMS for kind in room.objects) | {"Plunger", "ScrubBrush"}
"""Object classes that can be picked up; plungers and scrub brushes lie in no receptacle."""

USUAL = _weights(
    {
        "AlarmClock": "Desk:6 SideTable:5 Dresser:4 Shelf:3 DiningTable:1",
        "Apple": "Fridge:5 CounterTop:5 Microwave:3 DiningTable:3 GarbageCan:2 SinkBasin:2",
        "Book": "Bed:7 Desk:3 Dresser:2 Drawer:2 CounterTop:1 DiningTable:1 Cabinet:1 SideTable:1 "
        "CoffeeTable:1 Sofa:1",
        "Bowl": "Cabinet:6 Fridge:4 CounterTop:3 DiningTable:3 Desk:1 Shelf:1 Microwave:1 "
        "SinkBasin:1",
        "Box": "DiningTable:6 Sofa:4 CoffeeTable:4 SideTable:2 Dresser:2 Desk:1 Shelf:1 "
        "ArmChair:1 TVStand:1",
        "Bread": "CounterTop:11 DiningTable:6 Fridge:3",
        "ButterKnife": "CounterTop:11 DiningTable:6 Drawer:2 SinkBasin:1",
        "CD": "Drawer:6 Desk:3 Dresser:3 SideTable:2 Shelf:2 GarbageCan:1 DiningTable:1 ArmChair:1",
        "Candle": "Toilet:5 CounterTop:5 Cabinet:3 Drawer:2 Shelf:2 SideTable:1 DiningTable:1 "
        "Dresser:1 CoffeeTable:1",
        "CellPhone": "Bed:5 Drawer:4 Desk:3 Dresser:2 SideTable:1 CounterTop:1 Shelf:1 "
        "DiningTable:1 ArmChair:1",
        "Cloth": "BathtubBasin:6 Cabinet:5 Drawer:3 CounterTop:3 SinkBasin:2 Shelf:1 Toilet:1",
        "CreditCard": "Drawer:5 SideTable:3 Shelf:2 CoffeeTable:2 Dresser:1 Sofa:1 ArmChair:1 "
        "Desk:1 DiningTable:1 CounterTop:1 TVStand:1",
        "Cup": "Cabinet:5 CounterTop:4 Fridge:4 DiningTable:3 SinkBasin:2 Microwave:1 Shelf:1",
        "DishSponge": "CounterTop:5 Cabinet:5 DiningTable:3 Drawer:3 SinkBasin:1 GarbageCan:1 "
        "BathtubBasin:1 Shelf:1",
        "Egg": "Fridge:5 CounterTop:5 SinkBasin:3 GarbageCan:3 DiningTable:3 Microwave:2",
        "Fork": "CounterTop:9 DiningTable:5 Drawer:4 SinkBasin:2",
        "Glassbottle": "CounterTop:6 Cabinet:6 DiningTable:3 SinkBasin:2 Fridge:1 GarbageCan:1 "
        "Shelf:1",
        "HandTowel": "HandTowelHolder:19 CounterTop:1",
        "Kettle": "StoveBurner:7 CounterTop:6 Cabinet:4 DiningTable:2",
        "KeyChain": "Drawer:4 SideTable:2 Dresser:2 Desk:2 DiningTable:2 Shelf:2 ArmChair:2 "
        "Sofa:1 CoffeeTable:1 TVStand:1 Safe:1",
        "Knife": "CounterTop:11 DiningTable:5 Drawer:4 SinkBasin:1",
        "Ladle": "CounterTop:10 Drawer:4 Cabinet:3 DiningTable:3",
        "Laptop": "Bed:8 DiningTable:3 Sofa:3 CoffeeTable:2 Desk:2 ArmChair:1 TVStand:1 Dresser:1 "
        "SideTable:1",
        "Lettuce": "CounterTop:8 DiningTable:6 Fridge:5 SinkBasin:1",
        "Mug": "CounterTop:4 CoffeeMachine:3 Cabinet:3 Fridge:2 DiningTable:2 Microwave:1 "
        "SinkBasin:1 Desk:1 Shelf:1 SideTable:1 Dresser:1",
        "Newspaper": "Sofa:5 DiningTable:4 CoffeeTable:3 Shelf:2 SideTable:2 ArmChair:2 Dresser:1 "
        "Drawer:1",
        "Pan": "StoveBurner:11 CounterTop:6 Cabinet:1 DiningTable:1 Fridge:1",
        "PaperTowelRoll": "CounterTop:10 DiningTable:4 GarbageCan:3 Shelf:2 Toilet:1 SideTable:1",
        "Pen": "Desk:4 DiningTable:3 Dresser:3 SideTable:3 Drawer:2 Shelf:2 CounterTop:2 "
        "GarbageCan:1",
        "Pencil": "Drawer:4 Desk:3 SideTable:3 Dresser:2 Shelf:2 DiningTable:2 CounterTop:1 "
        "GarbageCan:1 CoffeeTable:1",
        "PepperShaker": "CounterTop:6 Cabinet:6 Drawer:3 DiningTable:3 Shelf:1 SideTable:1",
        "Pillow": "Bed:12 Sofa:7 ArmChair:1",
        "Plate": "Cabinet:8 CounterTop:5 DiningTable:4 Fridge:2 Shelf:1 SinkBasin:1",
        "Pot": "StoveBurner:15 CounterTop:2 Fridge:1 DiningTable:1 Cabinet:1",
        "Potato": "CounterTop:7 Fridge:5 DiningTable:3 Microwave:2 SinkBasin:2 GarbageCan:1",
        "RemoteControl": "Sofa:5 CoffeeTable:4 ArmChair:2 Drawer:2 SideTable:2 TVStand:2 "
        "Dresser:2 DiningTable:1 Shelf:1 Desk:1",
        "SaltShaker": "Cabinet:7 CounterTop:5 DiningTable:4 Drawer:3 Shelf:1",
        "SoapBar": "CounterTop:5 SinkBasin:4 Toilet:3 BathtubBasin:2 Cabinet:2 Shelf:2 Drawer:1 "
        "GarbageCan:1",
        "SoapBottle": "CounterTop:6 Cabinet:5 DiningTable:3 GarbageCan:2 Toilet:2 Shelf:1 "
        "SideTable:1",
        "Spatula": "CounterTop:9 DiningTable:5 Drawer:4 SinkBasin:1",
        "Spoon": "CounterTop:7 Drawer:6 DiningTable:4 SinkBasin:3",
        "SprayBottle": "CounterTop:6 Toilet:4 Cabinet:4 GarbageCan:2 Shelf:1 Dresser:1 Cart:1 "
        "SideTable:1 DiningTable:1",
        "Statue": "Shelf:5 DiningTable:4 CoffeeTable:3 CounterTop:2 SideTable:2 TVStand:1 "
        "Dresser:1",
        "TeddyBear": "Bed:20",
        "TissueBox": "SideTable:3 Shelf:3 DiningTable:3 CounterTop:3 CoffeeTable:2 Desk:2 "
        "Drawer:1 TVStand:1 Cabinet:1 Dresser:1 Cart:1",
        "ToiletPaper": "Toilet:5 Cabinet:3 CounterTop:3 ToiletPaperHanger:3 Drawer:2 GarbageCan:2 "
        "Shelf:2",
        "Tomato": "CounterTop:6 Fridge:6 DiningTable:4 GarbageCan:2 SinkBasin:1",
        "Towel": "TowelHolder:20",
        "Vase": "Shelf:9 CounterTop:3 Cabinet:2 TVStand:2 DiningTable:2 CoffeeTable:1 Dresser:1 "
        "SideTable:1 Desk:1",
        "Watch": "TVStand:4 CoffeeTable:4 DiningTable:4 SideTable:3 Shelf:2 Dresser:2 Drawer:1",
        "WateringCan": "CoffeeTable:15 Shelf:5",
        "WineBottle": "CounterTop:6 Cabinet:5 DiningTable:5 GarbageCan:2 Shelf:1",
        "DeskLamp": "SideTable:9 Desk:6 Dresser:4 Shelf:1",
        "HousePlant": "CounterTop:8 SideTable:3 DiningTable:3 CoffeeTable:2 Shelf:2 Desk:1 "
        "Cabinet:1 TVStand:1",
        "Television": "TVStand:11 Dresser:7 CoffeeTable:2",
    }
)
"""Per object class, where it lies, with weights (shares of twenty)."""
