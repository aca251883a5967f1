"""When a game is won, and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamer_envs.alfworld.text import bits

if TYPE_CHECKING:
    from lamer_envs.alfworld.engine import Game


def goal_holds(game: Game) -> bool:
    """Whether the goal of the game's scene holds in its state (see `Goal`)."""
    goal = game.scene.goal
    if goal.task_type == "look_at_obj_in_light":
        if game.held < 0 or not goal.objects >> game.held & 1:
            return False
        return bool(goal.targets & game.toggled & game.present())
    objects = goal.objects & _treated(game)
    if not objects:
        return False
    contents = game.contents
    if goal.task_type == "pick_two_obj_and_place":
        return any((contents[r] & objects).bit_count() > 1 for r in bits(goal.targets))
    return any(contents[r] & objects for r in bits(goal.targets))


def progress(game: Game) -> float:
    """How much of the goal is done, from 0 to 1; 1 when it holds.

    - look: half for an object of the goal in hand, half for a lamp of the goal switched on.
    - place: half for the object in hand.
    - clean, heat, cool: a third for an untreated object in hand, two thirds for a treated one.
    - two: half for one object where it belongs, a quarter for another one in hand.
    """
    if game.won:
        return 1.0
    goal = game.scene.goal
    in_hand = game.held >= 0 and bool(goal.objects >> game.held & 1)
    if goal.task_type == "look_at_obj_in_light":
        # All but being at the lamp can be done, so the two halves do not yet win.
        return min(0.5 * in_hand + 0.5 * bool(goal.targets & game.toggled), 0.9)
    if goal.task_type == "pick_two_obj_and_place":
        placed = any(game.contents[r] & goal.objects for r in bits(goal.targets))
        return 0.5 * placed + 0.25 * in_hand
    if goal.task_type == "pick_and_place_simple":
        return 0.5 * in_hand
    if goal.objects & _treated(game):
        return 2 / 3
    return in_hand / 3


def _treated(game: Game) -> int:
    """The objects that are as the task type wants them: clean, hot or cool, or any at all."""
    task_type = game.scene.goal.task_type
    if task_type == "pick_clean_then_place_in_recep":
        return game.clean
    if task_type == "pick_heat_then_place_in_recep":
        return game.hot
    if task_type == "pick_cool_then_place_in_recep":
        return game.cool
    return -1
