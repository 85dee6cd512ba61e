"""The circulation behind an instance: shared by the flow solver and the judge of its prices."""
