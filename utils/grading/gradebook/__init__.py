"""nbgrader's gradebook: its single writer, its tables, and what is asked of it."""
