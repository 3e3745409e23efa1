"""``python -m chalicelib.entrypoints.local``."""

import sys

from chalicelib.entrypoints.local.run import main

sys.exit(main())
