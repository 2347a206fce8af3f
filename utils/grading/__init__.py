"""Grading a class. This room knows nbgrader and notebooks, and no model."""
