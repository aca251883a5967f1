"""`lamer play`: a person plays a trial in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from lamer_envs.commands.console import console, reports_bad_input, user_values
from lamer_envs.commands.environments import env_arguments, resolve
from lamer_envs.evaluation.report import percent
from lamer_envs.evaluation.ruler import ratio
from lamer_envs.games.env import GameEnv
from lamer_envs.meta.prompts import fill, headed
from lamer_envs.meta.trial import Trial, write_trials
from lamer_envs.meta.wrapper import MultiEpisodeReflectionWrapper

_TAGS = {"play": "action", "reflect": "remark"}
_QUIT = ("q", "quit")


class Window(gym.Wrapper[str, str, str, str]):
    """Keeps what the environment showed last before it restarted, and what it shows now."""

    def __init__(self, env: gym.Env[str, str]) -> None:
        super().__init__(env)
        self.observation = ""
        self.final_observation = ""

    def reset(self, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        """Reset, and keep the observation."""
        self.observation, info = self.env.reset(**kwargs)
        return self.observation, info

    def step(self, action: str) -> tuple[str, Any, bool, bool, dict[str, Any]]:
        """Step, and keep the observation."""
        result = self.env.step(action)
        self.observation = result[0]
        if result[2] or result[3]:
            self.final_observation = self.observation
        return result


@reports_bad_input
def play(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment, see `lamer envs`.")],
    seed: Annotated[int, typer.Option(min=0, help="Task seed.")] = 0,
    split: Annotated[
        str | None, typer.Option(help="Task space to draw from.", show_default="test")
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, help="Attempts at the task.")] = 3,
    memory: Annotated[
        str, typer.Option(help="What later attempts see: reflection, history, both or none.")
    ] = "reflection",
    env_arg: Annotated[
        list[str] | None,
        typer.Option("--env-arg", metavar="KEY=VALUE", help="Environment argument; repeatable."),
    ] = None,
    prompts: Annotated[str, typer.Option(help="Prompt set: default or compact.")] = "default",
    stop_on_success: Annotated[
        bool | None,
        typer.Option(
            help="Whether the first success ends the trial.", show_default="as the environment says"
        ),
    ] = None,
    prompt: Annotated[
        bool, typer.Option("--prompt", help="Show the whole prompt that a model would see.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Append the record of the trial to this JSON-lines file.")
    ] = None,
) -> None:
    """Play a trial yourself: attempt after attempt at one task, with a reflection in between.

    Type an action as the environment words it (the tag is added for you); `q` quits.
    """
    env_id = resolve(env)
    with user_values():
        window = Window(gym.make(env_id, **env_arguments(env_id, env_arg or [], split)))
        wrapper = MultiEpisodeReflectionWrapper(
            window,
            num_episodes=episodes,
            memory=memory,
            prompts=prompts,
            stop_on_success=stop_on_success,
        )
        wrapper.reset(seed=seed)
        if out is not None:
            _require_writable(out)
    screen = console()
    trial = _play_trial(wrapper, window, screen, seed, show_prompt=prompt)
    if trial is None:
        screen.print("You left before the trial was over.", style="yellow")
        return
    inner = wrapper.unwrapped
    if isinstance(inner, GameEnv):
        _show_opponent(screen, inner, trial)
    else:
        _show_end(screen, trial)
    screen.print(f"Return of the trial: {trial.returns[0]:.3f}")
    if out is not None:
        with user_values():
            write_trials(out, [trial])
        screen.print(f"Trial written to {out}", markup=False)


def _require_writable(path: Path) -> None:
    """Find out before a person has played a trial, not after it, that it cannot be kept."""
    there = path.exists()
    path.open("ab").close()
    if not there:
        path.unlink()


def _play_trial(
    wrapper: MultiEpisodeReflectionWrapper,
    window: Window,
    screen: Console,
    seed: int,
    *,
    show_prompt: bool,
) -> Trial | None:
    """The trial, or `None` where the person quit or the input ended."""
    shown, info = wrapper.reset(seed=seed)
    if not show_prompt:
        screen.print(_rules(wrapper), markup=False)
        screen.print("You may leave the tags out: they are added for you.", style="dim")
    over = False
    while not over:
        phase = info["phase"]
        if show_prompt:
            screen.print(Panel(Text(shown), title="prompt"))
        elif phase == "play":
            title = f"attempt {info['episode'] + 1}, turn {info['turn'] + 1}"
            screen.print(Panel(Text(window.observation), title=title, expand=False))
            _show_admissible(screen, wrapper, info["admissible_actions"])
        answer = _ask(screen, "action" if phase == "play" else "What did you learn?")
        if answer is None:
            return None
        tag = _TAGS[phase]
        if f"<{tag}>" not in answer:
            answer = f"<{tag}>{answer}</{tag}>"
        attempt = info["episode"]
        shown, reward, over, _, info = wrapper.step(answer)
        if phase == "play":
            if not info["action_valid"]:
                screen.print(
                    f"Not possible here ({info['parse']}): a turn is gone.", style="yellow"
                )
            if reward:
                screen.print(f"Reward {reward:g}")
            if len(wrapper.episodes_so_far) > attempt:
                title = f"attempt {attempt + 1}: {_outcome(wrapper)}"
                screen.print(Panel(Text(window.final_observation), title=title, expand=False))
    trial: Trial = info["trial"]
    return trial


def _rules(wrapper: MultiEpisodeReflectionWrapper) -> str:
    """What a model is told besides the observations."""
    prompts = wrapper.prompts
    variables: dict[str, object] = getattr(wrapper.unwrapped, "prompt_variables", dict)()
    texts = (fill(prompts.rules, variables), fill(prompts.goal, variables), prompts.answer)
    return "\n\n".join(text for text in texts if text)


def _show_admissible(
    screen: Console, wrapper: MultiEpisodeReflectionWrapper, actions: list[str] | None
) -> None:
    """The actions that are possible now, where a model is told them too."""
    prompts = wrapper.prompts
    if prompts.admissible and actions is not None:
        text = headed(prompts.admissible, prompts.format_admissible(actions), prompts.line_break)
        screen.print(text, style="dim", markup=False, highlight=False)


def _ask(screen: Console, question: str) -> str | None:
    """A line that is not blank, or `None` where the person quit or the input ended."""
    while True:
        try:
            answer = screen.input(f"[bold]{question}[/bold] (q quits) > ").strip()
        except EOFError:
            screen.print()
            return None
        if answer.casefold() in _QUIT:
            return None
        if answer:
            return answer


def _show_end(screen: Console, trial: Trial) -> None:
    first = trial.first_success
    if first is None:
        screen.print(f"Not solved in {len(trial.episodes)} attempts.", style="bold red")
    else:
        screen.print(f"Solved in attempt {first + 1}.", style="bold green")


def _outcome(wrapper: MultiEpisodeReflectionWrapper) -> str:
    """What became of the attempt that is just over."""
    episode = wrapper.episodes_so_far[-1]
    if not isinstance(wrapper.unwrapped, GameEnv):
        return "solved" if episode.success else "failed"
    return "won" if episode.reward > 0 else "lost" if episode.reward < 0 else "drawn"


def _show_opponent(screen: Console, game: GameEnv[Any], trial: Trial) -> None:
    """Who it was, and how much of what there was to gain was taken."""
    opponent = game.task.opponent
    screen.print(f"Your opponent was {opponent.name}.", style="bold green", markup=False)
    screen.print(opponent.description, markup=False)
    rewards = [episode.reward for episode in trial.episodes]
    listed = ", ".join(f"{reward:+g}" for reward in rewards)
    screen.print(f"Your reward by attempt: {listed}; {sum(rewards):+g} in all.")
    references = [game.references(game.task, episode) for episode in range(len(rewards))]
    known = [each for each in references if each is not None]
    if len(known) < len(rewards):
        return
    best, equilibrium = (sum(column) for column in zip(*known, strict=True))
    screen.print(
        f"One who knows it would expect {best:+.1f} here, an equilibrium player {equilibrium:+.1f}."
    )
    share = ratio([sum(rewards) - equilibrium], [best - equilibrium])
    if share is None:
        screen.print("There was nothing to exploit.")
    elif share.mean <= 0:
        screen.print("You took nothing of what could be exploited.")
    else:
        screen.print(f"You took {percent(share)}% of what could be exploited.")
