"""Passwords, tokens and sessions."""
