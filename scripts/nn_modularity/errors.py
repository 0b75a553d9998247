"""Mistakes that the user can mend."""


class StudyError(Exception):
    """Something in the user's hands is wrong.

    The message is complete in itself: it names the file or config key, what was found, what was
    expected and how to go on. Entry scripts print it without a traceback.
    """
