"""What a page states about itself: its data, its headings and its marked elements."""
