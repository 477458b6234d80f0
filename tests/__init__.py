"""Every test, and what tests share."""
