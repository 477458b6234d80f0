"""Consent, rules, tokens, discovery: how applications of others act for users."""
