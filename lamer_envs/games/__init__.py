"""Two-player games in which one agent meets an opponent that it does not know."""
