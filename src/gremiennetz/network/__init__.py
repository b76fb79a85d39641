"""The network page: one HTML file that shows, offline, which units meet in which bodies."""

from gremiennetz.network.page import html, write

__all__ = ["html", "write"]
