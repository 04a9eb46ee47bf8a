"""Who says so, where nobody names himself."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Return the name of the user this process runs as; `uid 1234` where the system has none.

    A container may run as any number, and Python says that in another way from version to version.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
