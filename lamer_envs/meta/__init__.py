"""The meta-episode machinery: wrapper, memory, prompts, trial records and returns."""
