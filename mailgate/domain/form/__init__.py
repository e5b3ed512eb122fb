"""The form HOT-01 in lines and tables: its labels, the regions of their values, and what the values mean."""
