"""The live figures of the book, in Python: what the script of each, in book/_static/live/, must compute."""
