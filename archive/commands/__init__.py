"""The commands that need no network and are more than a call; archive/cli.py lists them all."""
