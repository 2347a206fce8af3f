"""From folders, zips and platforms' exports to submissions."""
