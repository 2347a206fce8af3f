"""The book in other forms than the site: a file for reading devices, one for paper, slides for lecturers.

All are made from the pages of the built site, with its formulas.
"""
