"""Data sets that seeded generators make."""
