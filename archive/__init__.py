"""The archive: bytes in, rows out. Pure and offline; it imports neither crawler nor scrapy."""
