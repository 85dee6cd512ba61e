"""Groups: components that share nothing, and bounds from prices; shared by the portfolio and the judge."""
