"""ALFWorld: household errands in text, with the rules and the wording of the original game."""
