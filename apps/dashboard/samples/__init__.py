"""The data and the pictures of the demo."""
