"""A mistake of the person at the keyboard, told in one sentence."""


class UserError(Exception):
    """What is wrong and how to mend it; the command line prints it alone, without a traceback."""
