"""What the live figures of the pages need from Python."""
