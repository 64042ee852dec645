"""What is known about the versions of one address, and how alike two of its texts are."""
