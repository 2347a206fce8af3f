"""From an assignment's one source to what is released, and proof that its tests catch mistakes."""
