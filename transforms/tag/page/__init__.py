"""What a page says of itself: its data, headings and marked elements."""
