"""`python -m copydesk.flows.cli`, the same as `copydesk`."""

from copydesk.flows.cli import main

main(prog_name="copydesk")
