"""Meta-RL training on TRL: rows, advantages, trainer, generation backends."""
