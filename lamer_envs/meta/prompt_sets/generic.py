"""Prompts for any text environment; the other sets start from these."""

from __future__ import annotations

from lamer_envs.meta.prompts import PromptSet

_FORM = "the action, and nothing else, inside <action> and </action>"

DEFAULT = PromptSet(
    name="default",
    rules="You are acting in a text environment. Each turn you read an observation and answer "
    "with one action.",
    goal="Goal: solve the task that the first observation describes.",
    initial="First observation:",
    memory="You have tried this same task before, from the same start, without success. "
    "What you remember:",
    history="Your turns in this attempt so far:",
    seen="After this turn you saw:",
    current="Current observation:",
    admissible="Actions that are possible now:",
    answer=f"Decide on your next action. Think it through first; then write {_FORM}.",
    action_form=_FORM,
    final="The attempt is over and the task is not solved. The last observation was:",
    reflect="You will get another attempt at this same task from the same start. Look back at "
    "what you did: what went wrong, what have you learned about the task, and what will you do "
    "differently? Think it through first; then write a short note to yourself with the lesson "
    "and a concrete plan inside <remark> and </remark>. The note is what you will remember.",
    memory_after_success="You have tried this same task before, from the same start, and solved it "
    "at least once. What you remember:",
    final_after_success="The attempt is over and the task is solved. The last observation was:",
    reflect_after_success="You will get another attempt at this same task from the same start. "
    "Look back at what you did: what was it that worked, what was not needed, and how will you do "
    "it again? Think it through first; then write a short note to yourself with the lesson and a "
    "concrete plan inside <remark> and </remark>. The note is what you will remember.",
)
