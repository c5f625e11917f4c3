"""Base classes and helpers of all tests."""
