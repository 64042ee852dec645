"""Sizes that bound the output files of a table and the memory that writing them takes."""

from __future__ import annotations

# The size of an output file in memory: 64 MB of Arrow data, or about 15,000 articles of 4 kB. Only
# one row group of a file is in memory at a time, unless its rows come from a published file.
FILE_BYTES = 64 << 20
FILE_ROWS = (5_000, 1_000_000)  # fewest and most rows at which a month is cut into files
# How many bytes of staged rows are ordered in memory at once, which takes them twice for a moment. If
# there are more, they are spilled to disk. The number is arbitrary: smaller parts take longer to join.
SPILL_BYTES = 16 << 20
# A published file that feeds at most this many output files is read again for each of them.
FEW_FILES = 2
# A published file is merged into the new file of its month unless it has more than this many times
# the rows to be written. Each row is then rewritten O(log n) times, and a month has O(log n) small
# files.
MERGE_RATIO = 2.0
