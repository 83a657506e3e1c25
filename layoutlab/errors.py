"""What do we say when the input cannot be used? One error, raised at the public edge."""


class InputError(ValueError):
    """Input that cannot be used; the message says what was expected and what arrived.

    The command line prints the message as one line and exits with code 2; a notebook shows it
    as the last line of its traceback.
    """
