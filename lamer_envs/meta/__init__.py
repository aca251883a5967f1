"""The meta-episode machinery: wrapper, memory, prompts, trial records and returns."""

from lamer_envs.meta.foreign import RestartError
from lamer_envs.meta.memory import MEMORY_KINDS, render_memory
from lamer_envs.meta.prompt_sets import prompt_set_for, register_prompts
from lamer_envs.meta.prompts import PromptSet, PromptWriter
from lamer_envs.meta.returns import (
    cross_episode_returns,
    episode_returns,
    final_episode_rewards,
    trial_objective,
    trial_returns,
)
from lamer_envs.meta.trial import (
    Episode,
    Trial,
    TrialSettings,
    Turn,
    read_trials,
    write_trials,
)
from lamer_envs.meta.wrapper import REFLECTION_STATE, MultiEpisodeReflectionWrapper

__all__ = [
    "MEMORY_KINDS",
    "REFLECTION_STATE",
    "Episode",
    "MultiEpisodeReflectionWrapper",
    "PromptSet",
    "PromptWriter",
    "RestartError",
    "Trial",
    "TrialSettings",
    "Turn",
    "cross_episode_returns",
    "episode_returns",
    "final_episode_rewards",
    "prompt_set_for",
    "read_trials",
    "register_prompts",
    "render_memory",
    "trial_objective",
    "trial_returns",
    "write_trials",
]
