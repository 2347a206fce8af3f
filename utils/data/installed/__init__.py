"""Data sets of real text that comes with the course, with Python or with a package."""
