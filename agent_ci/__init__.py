"""A CI step that repairs red builds and proves the repair."""

__version__ = "0.1.0"
