"""Real metric servers, synthetic histories with a known truth, and fixtures that join them."""
