"""The commands of `lamer`, one module each; the only place that imports typer and rich."""
