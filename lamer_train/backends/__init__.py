"""Token-level policies for the rollout runner: backends that know the ids they sample."""
