"""Text environments for agents that explore, reflect and adapt over several episodes.

Importing this package registers the ids, so that `gym.make("LaMer/Sokoban-v0")` works;
`gym.make("lamer_envs:LaMer/Sokoban-v0")` works without the import.
"""

from lamer_envs.registration import register_all

__version__ = "0.1.0"
__all__ = ["__version__"]

register_all()
