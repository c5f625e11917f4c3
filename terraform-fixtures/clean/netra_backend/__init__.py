"""What the services of netra share."""

__version__ = "2.14.0"
