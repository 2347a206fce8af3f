"""Everything that the course runs: models, text, data, training, plots, checks and grading."""
