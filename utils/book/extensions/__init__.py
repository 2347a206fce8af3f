"""Extensions of Sphinx: what the pages of the book have beyond what the theme gives them."""
