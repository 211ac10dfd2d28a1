"""The CI platforms: which one this is, and where it wants the gate's outputs."""
