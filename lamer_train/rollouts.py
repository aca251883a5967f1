"""Playing: the trials of a generation, and those of evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accelerate.utils import gather_object

from lamer_envs.meta.trial import Trial
from lamer_envs.rollout.runner import TrialSpec, run_trials
from lamer_train.backends.base import Backend, Sampling
from lamer_train.backends.choice import make_backend
from lamer_train.config import MetaRLConfig
from lamer_train.opponents import OpponentSampler, last_outcomes
from lamer_train.overlap import AgedTrial, OverlappedRollouts
from lamer_train.playing import MakeEnv, run_blocking
from lamer_train.progress import ProgressBar
from lamer_train.update import MicroBatchTrainer


class PlayingTrainer(MicroBatchTrainer):
    """A trainer whose model plays trials.

    Attributes:
        make_env: makes one `MultiEpisodeReflectionWrapper` to train in.
        make_eval_env: the same for evaluation.
        opponents: chooses tasks by how the agent fares, where the configuration says so; saved and
            restored with the optimizer.
    """

    make_env: MakeEnv
    make_eval_env: MakeEnv
    opponents: OpponentSampler | None = None
    _progress: ProgressBar
    _backend: Backend | None = None
    _overlapped: OverlappedRollouts | None = None

    def play(
        self,
        specs: Sequence[TrialSpec],
        *,
        evaluate: bool = False,
        make_env: MakeEnv | None = None,
        seed: int = 0,
    ) -> list[Trial]:
        """Let the model play trials in this process, and return their records in order.

        Args:
            specs: task seeds and trial indices.
            evaluate: sample as configured for evaluation, not for the rollout.
            make_env: another environment than the configured one for training or evaluation.
            seed: of the sampling; the same seed and weights give the same trials.
        """
        make_env = make_env or (self.make_eval_env if evaluate else self.make_env)
        doing = "evaluating" if evaluate else "playing"
        done = 0

        def on_trial(trial: Trial) -> None:
            nonlocal done
            done += 1
            self._progress.phase(f"{doing} {done}/{len(specs)} trials")

        backend = self._ready_backend()
        with backend.playing(self.state.global_step):
            policy = backend.policy(self._sampling(evaluate), seed)
            concurrency = self.args.rollout_concurrency or max(1, len(specs))
            return run_blocking(
                lambda: run_trials(
                    make_env, policy, specs, concurrency=concurrency, on_trial=on_trial
                )
            )

    def _ready_backend(self) -> Backend:
        """The backend of the configuration, made when it is first needed."""
        if self._backend is None:
            self._backend = make_backend(self, len(self._positions()))
        return self._backend

    def _sampling(self, evaluate: bool) -> Sampling:
        args: MetaRLConfig = self.args
        return Sampling(
            temperature=args.eval_temperature if evaluate else args.temperature,
            top_p=args.eval_top_p if evaluate else args.top_p,
            top_k=args.eval_top_k if evaluate else args.top_k,
            max_new_tokens=args.max_completion_length,
        )

    def close(self) -> None:
        """Give back what the backend holds; the trainer plays no more."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _share(self, generation: int) -> list[TrialSpec]:
        """The trials of this process in a generation of the run; none after its last one.

        Processes hold consecutive shares, so that a trial's position names its group and its place
        in it, also where a group is cut between two processes.
        """
        args: MetaRLConfig = self.args
        if generation >= args.num_updates:
            return []
        # The optimizer step that the generation begins with.
        seed = self._sampling_seed(generation * (args.steps_per_generation or 1))
        tasks = self._tasks(generation)
        return [
            TrialSpec(tasks[position // self.num_generations], trial, seed)
            for position in self._positions()
            for trial in (position % self.num_generations,)
        ]

    def _tasks(self, generation: int) -> list[int]:
        """The task seeds of a generation, those of all processes."""
        count: int = self.args.tasks_per_update
        if self.opponents is not None:
            return self.opponents.draw(generation, count)
        first = generation * count
        return [int(seed) for seed in self.train_dataset["task_seed"][first : first + count]]

    def _note_outcomes(self, trials: Sequence[Trial]) -> dict[str, float]:
        """Let the choice of opponents follow these trials; returns how often each comes next."""
        if self.opponents is None:
            return {}
        self.opponents.note(gather_object(last_outcomes(trials)))
        return {f"rollout/weight/{name}": p for name, p in self.opponents.weights.items()}

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        """The base class's, and how the agent fares against its opponents."""
        super()._save_optimizer_and_scheduler(output_dir)
        if self.opponents is not None and self.args.should_save:
            self.opponents.save(Path(output_dir))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        """The base class's, and how the agent fares against its opponents."""
        super()._load_optimizer_and_scheduler(checkpoint)
        if self.opponents is not None and checkpoint is not None:
            self.opponents.load(Path(checkpoint))

    def _positions(self) -> range:
        """Where this process's trials stand among those of all processes in a generation."""
        trials = self.args.tasks_per_update * self.num_generations
        share = trials // self.accelerator.num_processes
        first = self.accelerator.process_index * share
        return range(first, first + share)

    def _play_generation(self) -> list[AgedTrial]:
        """Play this process's share of the generation that begins with this step."""
        args: MetaRLConfig = self.args
        generation = self.state.global_step // (args.steps_per_generation or 1)
        specs = self._share(generation)
        if not args.overlap:
            return [AgedTrial(trial, (0,) * len(trial.turns)) for trial in self.play(specs)]
        backend = self._ready_backend()
        with backend.playing(self.state.global_step):
            if self._overlapped is None:
                self._overlapped = OverlappedRollouts(
                    self.make_env,
                    backend.policy(self._sampling(evaluate=False), seed=0),
                    self._share,
                    concurrency=args.rollout_concurrency or len(specs),
                    on_trial=lambda done, of: self._progress.phase(f"playing {done}/{of} trials"),
                )
            return self._overlapped.play(generation)

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """TRL's; trials of generations to come end with it."""
        try:
            return super().train(*args, **kwargs)
        finally:
            if self._overlapped is not None:
                self._overlapped.close()
                self._overlapped = None

    def _sampling_seed(self, step: int) -> int:
        return int(self.args.seed) * (1 << 32) + step

    def play_tasks(
        self, task_seeds: Sequence[int], trials_per_task: int, *, make_env: MakeEnv | None = None
    ) -> list[Trial]:
        """Play tasks at the evaluation sampling settings, shared out over the processes.

        Returns:
            The trials of all processes, in every process.
        """
        mine = task_seeds[self.accelerator.process_index :: self.accelerator.num_processes]
        specs = [TrialSpec(int(seed), trial) for seed in mine for trial in range(trials_per_task)]
        trials = self.play(specs, evaluate=True, make_env=make_env, seed=int(self.args.seed))
        gathered: list[Trial] = gather_object(trials)
        return sorted(gathered, key=lambda trial: (trial.task_seed, trial.trial))
