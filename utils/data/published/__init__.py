"""Published data sets: fetched, checked, unpacked and read."""
