"""Prompts as data: a `PromptSet` says what is shown, in which order and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lamer_envs.meta.trial import Episode, Turn

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

ACTION_LIMIT = 200
"""Characters of an action that the history shows."""

REMARK_LIMIT = 4000
"""Characters of a remark that the memory shows; records keep all of it."""

SECTIONS = (
    "rules",
    "goal",
    "initial",
    "memory",
    "history",
    "current",
    "admissible",
    "answer",
    "attempt",
    "final",
    "reflect",
)
"""What a layout may name; see `PromptSet`."""


def fill(template: str, variables: Mapping[str, object]) -> str:
    """Replace each `{name}` by its variable, in one pass; values are never read as templates.

    Raises:
        ValueError: the template names a variable that is not there.
    """

    def value(match: re.Match[str]) -> str:
        try:
            return str(variables[match[1]])
        except KeyError:
            raise ValueError(
                f"the prompt names {match[0]}, but the environment offers "
                f"{sorted(variables) or 'no variables'}"
            ) from None

    return _PLACEHOLDER.sub(value, template)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def headed(heading: str, text: str, line_break: str) -> str:
    """The text under its heading, or alone where the heading is empty."""
    return heading + line_break + text if heading else text


def show_observation(observation: str) -> str:
    """The observation as it is."""
    return observation


def show_turn(turn: Turn) -> str:
    """One line for a past turn: its number, its action, and whether it counted."""
    action = " ".join(turn.action[: 2 * ACTION_LIMIT].split())
    if not action:
        return f"Turn {turn.turn + 1}: no action given, nothing changed"
    action = clip(action, ACTION_LIMIT)
    if turn.action_valid:
        return f"Turn {turn.turn + 1}: {action}"
    return f"Turn {turn.turn + 1}: {action} (not possible, nothing changed)"


def show_attempt(prompts: PromptSet, number: int, episode: Episode) -> str:
    """An earlier episode: its turns and what it ended with."""
    return "\n".join(
        (
            f"Attempt {number}:",
            show_history(prompts, episode.turns, [prompts.format_turn(t) for t in episode.turns]),
            f"It ended {'with' if episode.success else 'without'} success. Its last observation:",
            prompts.format_observation(episode.final_observation),
        )
    )


def show_remark(number: int, remark: str) -> str:
    """What the agent wrote down after an earlier episode."""
    return f"Your note after attempt {number}: {clip(remark, REMARK_LIMIT) or '(none)'}"


def show_admissible(actions: Sequence[str]) -> str:
    """Every admissible action on a line of its own."""
    return "\n".join(f"- {action}" for action in actions)


def show_history(prompts: PromptSet, turns: Sequence[Turn], lines: Sequence[str]) -> str:
    """All turns of an episode so far, with the most recent observations in full.

    Of the `observations_in_full` latest observations the current one stands in a section of its
    own; the ones before it follow the turns that led to them. The first observation of the
    episode is never repeated.

    Args:
        turns: the turns, in order.
        lines: `format_turn` of each.
    """
    shown = list(lines)
    count = len(shown)
    for index in range(max(1, count - prompts.observations_in_full + 1), count):
        seen = prompts.format_observation(turns[index].observation)
        shown[index - 1] += prompts.line_break + headed(prompts.seen, seen, prompts.line_break)
    return prompts.line_break.join(shown)


@dataclass(frozen=True)
class PromptSet:
    """The wording of one environment's prompts; `dataclasses.replace` makes a variant.

    A prompt is the sections that its layout names, the empty ones left out. `rules` and `goal`
    may hold `{name}` placeholders, filled from `TextEnv.prompt_variables`; nothing else is a
    template, so observations and remarks may hold braces.

    Attributes:
        name: recorded with every trial.
        rules: section: rules and symbols.
        goal: section: what counts as success.
        initial: heading of the episode's first observation.
        memory: heading of the memory of earlier episodes; absent when there is none.
        history: heading of this episode's turns so far; absent on the first turn.
        seen: heading of an earlier observation, below the turn of the history that led to it.
        current: heading of the current observation.
        admissible: heading of `info["admissible_actions"]`; empty to leave the list out.
        answer: section: what to answer, and that it belongs into `<action>`.
        action_form: how an action is written, as what follows "write"; prompting methods word
            their own `answer` around it. Not shown by itself.
        final: heading of the last observation of an episode that was not solved.
        reflect: section: what to reflect on, and that the remark belongs into `<remark>`.
        memory_after_success: takes the place of `memory` where an earlier episode was solved, which
            happens with `stop_on_success=False` only. Empty to keep `memory`.
        final_after_success: the same for `final`, after an episode that was solved.
        reflect_after_success: the same for `reflect`.
        play_layout: sections of a play prompt, in order.
        reflect_layout: sections of a reflection prompt. `"attempt"` is `format_attempt` of the
            episode that is just over.
        separator: between sections.
        line_break: between a heading and its text, between turns and between memory entries.
        observations_in_full: how many of the latest observations are shown, the current one
            included; at least 1. Older ones are left out.
        format_observation: renders an observation.
        format_turn: renders a past turn.
        format_attempt: renders an earlier episode, given this set and its number from 1.
        format_remark: renders the remark (empty where none was written) after episode number n.
        format_admissible: renders the admissible actions.

    Raises:
        ValueError: a layout names a section that does not exist, or `observations_in_full` < 1.
    """

    name: str = "default"
    rules: str = ""
    goal: str = ""
    initial: str = ""
    memory: str = ""
    history: str = ""
    seen: str = ""
    current: str = ""
    admissible: str = ""
    answer: str = ""
    action_form: str = "the action inside <action> and </action>"
    final: str = ""
    reflect: str = ""
    memory_after_success: str = ""
    final_after_success: str = ""
    reflect_after_success: str = ""
    play_layout: tuple[str, ...] = (
        "rules",
        "goal",
        "initial",
        "memory",
        "history",
        "current",
        "admissible",
        "answer",
    )
    reflect_layout: tuple[str, ...] = (
        "rules",
        "goal",
        "initial",
        "memory",
        "history",
        "final",
        "reflect",
    )
    separator: str = "\n\n"
    line_break: str = "\n"
    observations_in_full: int = 2
    format_observation: Callable[[str], str] = show_observation
    format_turn: Callable[[Turn], str] = show_turn
    format_attempt: Callable[[PromptSet, int, Episode], str] = show_attempt
    format_remark: Callable[[int, str], str] = show_remark
    format_admissible: Callable[[Sequence[str]], str] = show_admissible

    def __post_init__(self) -> None:
        unknown = sorted({*self.play_layout, *self.reflect_layout} - set(SECTIONS))
        if unknown:
            raise ValueError(f"layouts name unknown sections {unknown}; expected {list(SECTIONS)}")
        if self.observations_in_full < 1:
            raise ValueError(
                f"observations_in_full must be at least 1, not {self.observations_in_full}"
            )


class PromptWriter:
    """Writes the prompts of one trial after another; what stays the same is rendered once."""

    def __init__(self, prompts: PromptSet) -> None:
        self.prompts = prompts
        self._named = frozenset((*prompts.play_layout, *prompts.reflect_layout))
        self._variables: Mapping[str, object] | None = None
        self._sections: dict[str, str] = {"answer": prompts.answer}
        self._turns: list[Turn] = []
        self._lines: list[str] = []

    def begin_trial(self, variables: Mapping[str, object], first_observation: str) -> None:
        """Start on a task.

        Raises:
            ValueError: the rules or the goal name a variable that is not there.
        """
        prompts, sections = self.prompts, self._sections
        if variables != self._variables:
            sections["rules"] = fill(prompts.rules, variables)
            sections["goal"] = fill(prompts.goal, variables)
            self._variables = dict(variables)
        self.show_first(first_observation)
        self.begin_episode("")

    def show_first(self, observation: str) -> None:
        """Take another first observation, for an episode that begins in its own way."""
        if "initial" in self._named:
            self._sections["initial"] = self._observed(self.prompts.initial, observation)

    def begin_episode(self, memory: str, *, after_success: bool = False) -> None:
        """Start an episode with the memory of earlier ones, already rendered.

        Args:
            memory: what is remembered; empty for nothing.
            after_success: whether one of the earlier episodes was solved.
        """
        prompts = self.prompts
        heading = (after_success and prompts.memory_after_success) or prompts.memory
        self._sections["memory"] = self._headed(heading, memory) if memory else ""
        self._sections["history"] = ""
        self._turns = []
        self._lines = []

    def add_turn(self, turn: Turn) -> None:
        """Add a play turn to the history of this episode."""
        if "history" in self._named:
            self._turns.append(turn)
            self._lines.append(self.prompts.format_turn(turn))
            self._sections["history"] = self._headed(
                self.prompts.history, show_history(self.prompts, self._turns, self._lines)
            )

    def play(self, observation: str, admissible_actions: Sequence[str] | None) -> str:
        """The prompt of the next play turn."""
        prompts, sections = self.prompts, self._sections
        if "current" in self._named:
            sections["current"] = self._observed(prompts.current, observation)
        if prompts.admissible:
            sections["admissible"] = (
                ""
                if admissible_actions is None
                else self._headed(prompts.admissible, prompts.format_admissible(admissible_actions))
            )
        return self._join(prompts.play_layout)

    def reflect(self, number: int, episode: Episode) -> str:
        """The prompt of the reflection on an episode that is just over, `number` from 1."""
        prompts, sections = self.prompts, self._sections
        solved = episode.success
        sections["reflect"] = (solved and prompts.reflect_after_success) or prompts.reflect
        if "final" in self._named:
            heading = (solved and prompts.final_after_success) or prompts.final
            sections["final"] = self._observed(heading, episode.final_observation)
        if "attempt" in self._named:
            sections["attempt"] = prompts.format_attempt(prompts, number, episode)
        return self._join(prompts.reflect_layout)

    def _observed(self, heading: str, observation: str) -> str:
        return self._headed(heading, self.prompts.format_observation(observation))

    def _headed(self, heading: str, text: str) -> str:
        return headed(heading, text, self.prompts.line_break)

    def _join(self, layout: Sequence[str]) -> str:
        get = self._sections.get
        return self.prompts.separator.join([text for name in layout if (text := get(name, ""))])
