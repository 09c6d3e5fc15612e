"""The crawler: the only code that opens a socket to somebody else's machine."""
