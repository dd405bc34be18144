# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""What the payload wrote outside its image: RAM at its two ends, compared."""

from memory import diff_pages


class Watch:
    """Copies of RAM; `entry` and `jump` are for the two ends of a hop."""

    def entry(self, stop):
        self.pages = stop.state.preserved_pages()
        self.before = stop.vm.snapshot("before")

    def jump(self, stop):
        self.after = stop.vm.snapshot("after")

    def outside(self, hop):
        """Pages outside the payload's image that changed."""
        start, end = hop.image_range()
        return [page for page in diff_pages(self.before, self.after)
                if not start <= page < end]
