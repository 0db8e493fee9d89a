"""Why a crawl ends early; each text is a sentence for the person who started the crawl."""


class CrawlError(Exception):
    """A crawl cannot be carried out."""


class CrawlRefused(CrawlError):
    """The crawler asks for what is not emulated; the text names it."""


class UnusableTarget(CrawlError):
    """A target cannot be crawled; the text names it and says why."""


class TooManyTables(CrawlError):
    """More tables were found than the crawler allows; nothing was written."""


class CatalogRefused(CrawlError):
    """The catalog did not take what the crawler wrote; the text says what and why."""


class CrawlStopped(Exception):
    """The crawl was told to stop."""
