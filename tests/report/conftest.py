"""The tests of this folder may import the made-up report data."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
