"""Files and texts, in and out: JSON, CSV, calendars, graphs, stores of finished runs."""
