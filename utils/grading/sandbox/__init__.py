"""The walls around students' code."""
