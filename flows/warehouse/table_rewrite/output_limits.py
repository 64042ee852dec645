"""Sizes that bound the output files of a table and the memory that writing them takes."""

from __future__ import annotations

# One output file in memory: 64 MB of Arrow data, some 15,000 articles of 4 kB. Writing a file
# holds it twice for a moment.
FILE_BYTES = 64 << 20
FILE_ROWS = (5_000, 1_000_000)  # fewest and most rows at which a month is cut into files
# Staged rows that are sorted by output file in memory at once and then spilled to disk, when there
# are more of them than one file takes. Half an output file; arbitrary.
SPILL_BYTES = FILE_BYTES // 2
# A source that feeds at most this many output files is read again for each of them.
FEW_FILES = 2
# A published file is merged into the new file of its month unless it has more than this many times
# the rows to be written. Each row is then rewritten O(log n) times, and a month has O(log n) small
# files.
MERGE_RATIO = 2.0
