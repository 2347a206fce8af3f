"""Models, data and loops that a chapter wrote out in full, for the pages after it."""
