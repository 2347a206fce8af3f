"""The recurrent layers: one step of each cell, its derivative, and the loop over time."""
