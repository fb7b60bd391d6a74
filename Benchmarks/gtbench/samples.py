# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""What was measured: samples by mode, server and figure, in the order of the rounds."""

import statistics


class Samples:
    def __init__(self):
        self.values = {}
        self.skipped = {}
        self.troubles = []

    def add(self, mode, server, **figures):
        for figure, value in figures.items():
            self.values.setdefault((mode, server, figure), []).append(value)

    def skip(self, server, why):
        self.skipped[server] = why

    def trouble(self, mode, server, why):
        """A measurement that failed. It is shown, and makes the run fail: a silent gap would look like a pass."""
        self.troubles.append((mode, server, str(why)))

    def median(self, mode, server, figure):
        values = self.values.get((mode, server, figure))
        return statistics.median(values) if values else None

    def servers(self, mode, figure):
        return [name for (m, name, f) in self.values if m == mode and f == figure]

    def ratio(self, mode, figure, ours, theirs):
        """The median of the rounds' ratios: both sides of each were measured within seconds of each other."""
        pairs = list(zip(self.values.get((mode, ours, figure), []), self.values.get((mode, theirs, figure), [])))
        return statistics.median(a / b for a, b in pairs) if pairs and all(b for _, b in pairs) else None

    def has(self, mode):
        return any(m == mode for (m, _, _) in self.values) or any(m == mode for (m, _, _) in self.troubles)
