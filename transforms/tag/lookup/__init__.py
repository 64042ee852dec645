"""Tables that taggers look things up in."""
