"""slogate: a deployment gate that asks how much error budget is left and how risky the change is."""

__version__ = "0.1.0"
