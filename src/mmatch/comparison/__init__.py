"""Many answers side by side: metrics, envy, strategies."""
