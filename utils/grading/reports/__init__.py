"""What students and instructors get to read."""
