"""Scrapy's settings for this project: the wiring diagram. Every line differs from Scrapy's default and says why."""

import os
import sys

from archive.home import find_home

# Where the archive is; $BAOGAO_HOME, else ./var. Ours, not Scrapy's, as are the other BAOGAO_ names.
BAOGAO_HOME = str(find_home().root.resolve())
# "1" answers every request from the WARC files and opens no connection.
BAOGAO_REPLAY = os.environ.get("BAOGAO_REPLAY", "") == "1"

BOT_NAME = "baogao"

# ---- What there is to crawl: one spider a source file, not a Python module each.
SPIDER_LOADER_CLASS = "crawler.loader.SourceLoader"
# `scrapy crawl` takes the home's lock first, `scrapy list` ends with 2 where a source file is bad.
COMMANDS_MODULE = "crawler.commands"

# ---- Manners. Default: robots.txt ignored, 8 requests at once to a host, no delay, a user agent that names Scrapy.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "baogao"  # the product name alone is what robots.txt files name
USER_AGENT = "baogao/0.1 (+https://github.com/baogao-archive/baogao; an archive of government work reports)"
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 4  # a source has one to three hosts
DOWNLOAD_DELAY = 2.0  # seconds; a source file may say otherwise
# The delay is a promise, never less: by default it is multiplied by anything from 0.5 to 1.5. The second name is that
# of newer versions of Scrapy.
RANDOMIZE_DOWNLOAD_DELAY = False
DOWNLOAD_DELAY_JITTER = 0.0
AUTOTHROTTLE_ENABLED = True  # a slow site is asked more slowly still
AUTOTHROTTLE_START_DELAY = 2.0  # 5 by default; the source's delay is what we promised
BAOGAO_FIRST_PAUSE = 2.0  # seconds a host gets that refuses without a Retry-After; doubled each time (manners.py)
COOKIES_ENABLED = False  # we visit, we do not log in; a session would make addresses differ
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # "en" by default; some portals answer it with an English site
    "Accept-Encoding": "gzip, deflate",  # what every reader of a WARC file can undo
}

# ---- Limits. Defaults: 1 GiB, 3 minutes, 100 seconds.
DOWNLOAD_MAXSIZE = 100 * 1024 * 1024  # as `baogao add` (DESIGN §4); no report is longer
DOWNLOAD_WARNSIZE = 0  # scanned reports of 40 MB are no news
DOWNLOAD_TIMEOUT = 60  # the whole answer: one byte a second is no way to read a page
DNS_TIMEOUT = 20
METAREFRESH_MAXDELAY = 5  # pages that reload themselves every minute are no redirects
RETRY_TIMES = 2  # as by default, said here because a verdict counts on it: three tries, then the request has failed

# ---- Safety. Default: a page may lead anywhere, to files of this machine and to addresses inside its network too.
TWISTED_DNS_RESOLVER = "crawler.private.PublicResolver"
DOWNLOAD_HANDLERS = dict.fromkeys(("data", "file", "ftp", "s3"))  # None: not even loaded
BAOGAO_PRIVATE: list[str] = []  # the exceptions a keeper named: crawl.private of baogao.toml, set by `scrapy crawl`

# ---- Every response into WARC before anyone sees it: Scrapy's cache slots, filled with ours. Off by default.
HTTPCACHE_ENABLED = True
HTTPCACHE_STORAGE = "crawler.httpcache.WarcStorage"
HTTPCACHE_POLICY = "crawler.httpcache.RevalidatePolicy"
HTTPCACHE_IGNORE_MISSING = BAOGAO_REPLAY  # what was never captured is skipped, not fetched

DOWNLOADER_MIDDLEWARES = {
    # Scrapy's takes every subdomain of a host; a source file says which hosts are its own.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.spider.OwnHosts": 50,
    "crawler.private.PublicOnly": 60,
    # A robots.txt that cannot be had forbids; after the retries (550), which are nearer to the wire.
    "crawler.manners.UnreachableRobots": 540,
    # Sees every single answer, retried ones too: a host that refuses is paused.
    "crawler.manners.BackOff": 560,
    # Scrapy's fails where a server says gzip and sends plain bytes; a page is decoded here as the archive will.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.httpcache.ContentDecoding": 590,
    # Nearest to the wire, so that it sees a failed request before the cache answers with an old page.
    "crawler.httpcache.NoStaleAnswers": 950,
}
ITEM_PIPELINES = {"crawler.pipelines.IngestPipeline": 300}
EXTENSIONS = {
    "crawler.recorder.RunRecorder": 100,
    "crawler.manners.AskedDelay": 500,  # robots.txt may ask for more time; after AutoThrottle, which has 0
    "scrapy.extensions.logstats.LogStats": None,  # RunRecorder says how far it is
    "scrapy.extensions.memusage.MemoryUsage": None,
}

# ---- No doors. Both listen on a port by default, for a debugger.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# ---- The log: for a person who looks why a source failed. On a terminal there is a progress line instead.
LOG_LEVEL = "WARNING" if sys.stderr.isatty() else "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # the run's row says it

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"  # the default; the pipeline needs asyncio
