"""The parks that all tools plan: figures and profiles alone, so that every tool gets the same ones."""
