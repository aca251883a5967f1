"""The name under which `verifiers` finds lamer: a taskset's id is a top-level package there."""

from lamer_envs.integrations.verifiers import LamerEnv, LamerTaskset

__all__ = ["LamerEnv", "LamerTaskset"]
