"""Train a language agent that adapts across episodes, from nothing, in Python.

A model of about 125,000 parameters is made from scratch, imitates a scripted MineSweeper player
that forgets every episode, and then learns by meta-RL to use what earlier episodes showed. Two CPU
cores are enough; needs `lamer[train]`. `python examples/train.py --help` lists the sizes. It is
what `lamer train minesweeper-tiny` does, with fewer updates and without its checkpoints, table and
plots.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import gymnasium as gym

from lamer_envs.evaluation.metrics import summarize
from lamer_envs.meta import MultiEpisodeReflectionWrapper, Trial


def parse_arguments() -> argparse.Namespace:
    """The sizes of the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4, help="rows and columns of the board")
    parser.add_argument("--mines", type=int, default=4, help="mines on the board")
    parser.add_argument("--warm-start-trials", type=int, default=6000, help="trials to imitate")
    parser.add_argument("--warm-start-steps", type=int, default=500, help="steps of imitation")
    parser.add_argument("--tasks", type=int, default=16, help="boards per update")
    parser.add_argument("--group", type=int, default=8, help="trials per board")
    parser.add_argument("--updates", type=int, default=100, help="generations of trials")
    parser.add_argument("--eval-tasks", type=int, default=256, help="held-out boards")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/example"), help="run folder")
    return parser.parse_args()


def show(name: str, trials: list[Trial]) -> None:
    """pass@1 to pass@3 with standard errors."""
    shares = [
        f"pass@{k} {100 * share.mean:5.1f}" + (f" ± {100 * share.se:.1f}" if share.se else "")
        for k, share in enumerate(summarize(trials).pass_at, start=1)
    ]
    print(f"{name:10}", *shares, sep="  ", flush=True)


def main() -> None:
    """Make a model, imitate, measure, train, measure again."""
    arguments = parse_arguments()

    # Threads that spin while they wait for each other are slow on a busy machine; torch reads this.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # torch and TRL take seconds to import, which --help should not wait for.
    from lamer_train.config import MetaRLConfig
    from lamer_train.teachers import teacher_for
    from lamer_train.tiny import build_model, build_tokenizer, vocabulary_for
    from lamer_train.trainer import MetaRLTrainer
    from lamer_train.warm_start import collect_demonstrations, imitate

    # The memory of an earlier episode is what was clicked in it; nobody asks for reflections.
    config = MetaRLConfig(
        output_dir=str(arguments.out),
        env_id="LaMer/MineSweeper-v0",
        env_kwargs={"size": arguments.size, "num_mines": arguments.mines},
        num_episodes=3,
        memory="history",
        reflection=False,
        prompts="compact",
        gamma_step=1.0,
        gamma_traj=0.6,
        algorithm="grpo",
        advantage_level="episode",
        tasks_per_update=arguments.tasks,
        num_generations=arguments.group,
        steps_per_generation=2,
        max_steps=2 * arguments.updates,
        max_completion_length=4,
        learning_rate=6e-4,
        lr_scheduler_type="constant",
        loss_type="grpo",
        beta=0.0,
        entropy_coef=0.03,
        gradient_checkpointing=False,
        eval_tasks=arguments.eval_tasks,
        seed=arguments.seed,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
    )

    # One token for each fact of the prompt, and embeddings that know which cells are neighbours.
    env = MultiEpisodeReflectionWrapper(
        gym.make(config.env_id, size=arguments.size, num_mines=arguments.mines),
        **config.wrapper_kwargs(),
    )
    vocabulary = vocabulary_for(env)
    tokenizer = build_tokenizer(vocabulary.words, max_length=512)
    model = build_model(tokenizer, vocabulary, seed=arguments.seed)

    # A player that looks at one number at a time, guesses where that proves nothing, and plays
    # every episode as if it were the first.
    demonstrations = collect_demonstrations(
        env,
        teacher_for(config.env_id, noise=0.2),
        trials=arguments.warm_start_trials,
        seed=arguments.seed,
    )
    imitate(
        model,
        tokenizer,
        demonstrations,
        steps=arguments.warm_start_steps,
        batch_size=256,
        learning_rate=4e-3,
        seed=arguments.seed,
        work_dir=arguments.out,
        use_cpu=True,
    )

    trainer = MetaRLTrainer(model, config, tokenizer)
    held_out = range(arguments.eval_tasks)
    show("warm start", trainer.play_tasks(held_out, trials_per_task=1))
    trainer.train()
    show("trained", trainer.play_tasks(held_out, trials_per_task=1))
    trainer.save_model(str(arguments.out / "model"))


if __name__ == "__main__":
    main()
