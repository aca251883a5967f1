"""The embedded catalogue: products and goals from a seed, so that the shop needs no download."""

from lamer_envs.webshop.embedded.goals import generate_goals, split_of_goal
from lamer_envs.webshop.embedded.products import generate_products

__all__ = ["generate_goals", "generate_products", "split_of_goal"]
