"""Shorter versions of a prompt, for models whose context the whole one does not fit into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lamer_envs.meta.memory import keeps_history, render_memory
from lamer_envs.meta.prompts import PromptSet, PromptWriter
from lamer_envs.meta.trial import Episode, Turn


@dataclass(frozen=True)
class PromptParts:
    """What the prompt of one turn is made of.

    Attributes:
        prompts: the wording.
        variables: those of the environment, for the rules and the goal.
        first_observation: of this episode.
        memory: the kind of memory.
        earlier: the episodes before this one.
        turns: the turns of this episode so far.
        observation: the current one; unused in a reflection.
        admissible_actions: the possible actions now, or `None`; unused in a reflection.
        ended: the episode to reflect on, or `None` where an action is asked for.
    """

    prompts: PromptSet
    variables: Mapping[str, object]
    first_observation: str
    memory: str
    earlier: Sequence[Episode]
    turns: Sequence[Turn]
    observation: str
    admissible_actions: Sequence[str] | None
    ended: Episode | None

    def shortened(self, level: int) -> str | None:
        """The prompt without the first `level` of these, or `None` where there are not so many.

        1. the observations of each remembered attempt, the oldest attempt first;
        2. earlier observations of this episode, the oldest first;
        3. all else that is remembered of an attempt but its remark, the oldest attempt first;
        4. turns of this episode, the oldest first; the last one stays.

        Rules, goal, remarks, the first and the current observation and the possible actions always
        stay. Level 0 is the whole prompt.
        """
        prompts = self.prompts
        layout = prompts.play_layout if self.ended is None else prompts.reflect_layout
        remembers = "memory" in layout and keeps_history(self.memory)
        attempts = len(self.earlier) if remembers else 0
        last = max(0, len(self.turns) - 1) if "history" in layout else 0
        seen = min(last, prompts.observations_in_full - 1)
        left = level
        cuts = []
        for most in (attempts, seen, attempts, last):
            cuts.append(min(left, most))
            left -= cuts[-1]
        if left > 0:
            return None
        blank, blind, gone, forgotten = cuts
        heading = prompts.history
        if forgotten:
            note = f"({forgotten} earlier turn{'s are' if forgotten > 1 else ' is'} left out)"
            heading = f"{heading}{prompts.line_break}{note}" if heading else note
        writer = PromptWriter(
            replace(prompts, history=heading, observations_in_full=1 + seen - blind)
        )
        writer.begin_trial(self.variables, self.first_observation)
        solved = any(episode.success for episode in self.earlier)
        writer.begin_episode(self._memory(blank, gone), after_success=solved)
        for turn in self.turns[forgotten:]:
            writer.add_turn(turn)
        if self.ended is not None:
            return writer.reflect(len(self.earlier) + 1, self.ended)
        return writer.play(self.observation, self.admissible_actions)

    def _memory(self, blank: int, gone: int) -> str:
        without_observations = replace(
            self.prompts, format_observation=_left_out, observations_in_full=1
        )
        return render_memory(
            self.memory,
            self.earlier,
            self.prompts,
            attempt_prompts=[
                None if index < gone else without_observations if index < blank else self.prompts
                for index in range(len(self.earlier))
            ],
        )


def _left_out(observation: str) -> str:
    return "(left out)"
