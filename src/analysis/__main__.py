"""`python -m analysis` is the command `resource-cities`."""

import sys

from .cli import main

sys.exit(main())
