"""Metrics over trials, and their tables."""
