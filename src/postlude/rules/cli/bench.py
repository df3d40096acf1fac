"""What `rules bench` measures."""

from postlude.rules.measuring.figures import measured

__all__ = ("measured",)
