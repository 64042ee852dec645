"""Pure functions.

Those before `tabulate` work on single documents, those after it on Arrow tables.
"""
