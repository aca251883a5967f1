"""MineSweeper: open every safe cell of a board that is fixed before the first click."""
