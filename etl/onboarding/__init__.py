"""Bring in a source of one's own: look at its files, propose a declaration, try it on a sample."""
