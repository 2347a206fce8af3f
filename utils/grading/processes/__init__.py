"""The processes in which students' cells and tests run."""
