"""The project: settings, addresses, and the way in for the server."""

__version__ = "1.1.0"
