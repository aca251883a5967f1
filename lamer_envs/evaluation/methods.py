"""Prompting methods: how any prompt set asks for an action, and what is remembered.

A method is a transformation of a `PromptSet` and a kind of memory, so it works in every environment
that has prompts. The four are the prompting rows of the paper's Table 1 and its own method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from lamer_envs.meta.prompts import PromptSet, clip
from lamer_envs.meta.trial import Turn
from lamer_envs.parsing import text_before_tag
from lamer_envs.text_env import require_choice

THOUGHT_LIMIT = 600
"""Characters of a thought that the history shows; records keep all of it."""


@dataclass(frozen=True)
class Method:
    """A way of prompting.

    Attributes:
        name: as in `lamer eval --method`.
        source: where it is from.
        memory: what later attempts see, see `MultiEpisodeReflectionWrapper`; `"none"` makes the
            attempts independent and asks for no reflection.
        word: words a prompt set anew.
    """

    name: str
    source: str
    memory: str
    word: Callable[[PromptSet], PromptSet]

    def prompts(self, prompts: PromptSet) -> PromptSet:
        """The prompt set in this method's wording; its name says so where it is another one."""
        worded = self.word(prompts)
        return worded if worded is prompts else replace(worded, name=f"{prompts.name}+{self.name}")


def act_only(prompts: PromptSet) -> PromptSet:
    """Ask for the action alone: nothing is thought aloud."""
    return replace(
        prompts,
        answer=f"Decide on your next action and write {prompts.action_form}. Answer with that "
        "alone: no reasoning before it, no words after it.",
    )


def think_then_act(prompts: PromptSet) -> PromptSet:
    """Ask for a thought before each action, and show earlier thoughts with their turns."""
    return replace(
        prompts,
        answer="First write a thought of one to three sentences: what the latest observation tells "
        "you, what is still to be done, and what you do next. If something did not go as you "
        f"expected, say how your plan changes. Then write {prompts.action_form}.",
        format_turn=partial(show_turn_with_thought, prompts.format_turn, prompts.line_break),
    )


def show_turn_with_thought(format_turn: Callable[[Turn], str], line_break: str, turn: Turn) -> str:
    """A past turn below the thought that led to it; the turn alone where there was none.

    Args:
        format_turn: renders the turn itself.
        line_break: between the two.
        turn: the past turn.
    """
    thought = clip(" ".join(text_before_tag(turn.response, "action").split()), THOUGHT_LIMIT)
    shown = format_turn(turn)
    return f"Thought: {thought}{line_break}{shown}" if thought else shown


def as_it_is(prompts: PromptSet) -> PromptSet:
    """The prompt set itself."""
    return prompts


METHODS = {
    method.name: method
    for method in (
        Method("zero-shot", "the prompted baseline of LaMer's Table 1", "none", act_only),
        Method("react", "Yao et al. (ICLR 2023), arXiv 2210.03629", "none", think_then_act),
        Method(
            "reflexion",
            "Shinn et al. (NeurIPS 2023), arXiv 2303.11366",
            "reflection",
            think_then_act,
        ),
        Method("lamer", "LaMer, arXiv 2512.16848", "reflection", as_it_is),
    )
}
"""By name."""


def method_named(name: str) -> Method:
    """The method of a name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    require_choice("method", name, tuple(METHODS))
    return METHODS[name]
