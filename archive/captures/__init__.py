"""The captures: WARC files that are the truth (file, warc), their index (index), other crawlers' files (foreign)."""

from archive.captures.index import CatchUp, utc_now, utc_time
from archive.captures.store import CaptureStore
from archive.captures.warc import StoredResponse

__all__ = ["CaptureStore", "CatchUp", "StoredResponse", "utc_now", "utc_time"]
