"""Parts of pages, each made from data alone."""
