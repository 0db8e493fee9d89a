"""Crawls: the crawler's own code in a thread, its progress as events and log lines."""

import dataclasses
import importlib
import logging
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lochan.glue.crawler.collaborators import Clients, Reporting
from lochan.glue.crawler.errors import CrawlError, CrawlStopped
from lochan.glue.worker.logs import LogsNotEncrypted, LogStream, encrypt_log_group
from lochan.glue.worker.run_requests import CrawlRequest
from lochan.glue.worker.runs import CRAWL_TRANSITIONS, EventLog, StateMachine

NO_COUNTS = {
    "tables_created": 0,
    "tables_updated": 0,
    "tables_deleted": 0,
    "partitions_created": 0,
    "partitions_updated": 0,
    "partitions_deleted": 0,
}

logger = logging.getLogger(__name__)


class CrawlExecution:
    """One crawl, in a thread."""

    def __init__(
        self,
        request: CrawlRequest,
        *,
        events: EventLog,
        s3: Any,
        glue: Any,
        secrets: Any,
        logs: Any,
    ) -> None:
        self._request = request
        self._machine = StateMachine("crawl", request.crawl_id, CRAWL_TRANSITIONS, events)
        self._s3 = s3
        self._glue = glue
        self._secrets = secrets
        self._logs = logs
        self._log = LogStream(logs, request.logs.name, request.crawler["Name"], request.logs.key)
        self._should_stop = threading.Event()
        self._thread = threading.Thread(target=self._carry_out, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._machine.move("RUNNING", **NO_COUNTS)
        self._thread.start()

    def stop(self) -> None:
        """Ask the crawl to stop, as StopCrawler does."""
        if self._machine.move_if_possible("STOPPING", **NO_COUNTS):
            self._should_stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the crawl."""
        self._thread.join(seconds)

    def _carry_out(self) -> None:
        error_message = None
        counts = NO_COUNTS
        try:
            self._encrypt_logs()
            counts = self._crawl()
        except LogsNotEncrypted as refusal:
            self._log.close()
            self._end(counts, str(refusal))
            return
        except CrawlStopped:
            self._log.write("INFO : The crawl was stopped; what it published stays")
        except (CrawlError, ClientError, BotoCoreError, OSError, ValueError) as error:
            error_message = str(error)
        except Exception as error:
            logger.exception("Crawl %s failed.", self._request.crawl_id)
            error_message = f"{type(error).__name__}: {error}"
        if error_message is not None:
            self._log.write(f"ERROR : {error_message}")
        self._log.close()
        self._end(counts, error_message)

    def _encrypt_logs(self) -> None:
        group = self._request.logs
        if group.key:
            encrypt_log_group(self._logs, group.name, group.key)

    def _crawl(self) -> dict[str, int]:
        crawl = importlib.import_module("lochan.glue.crawler.crawl")
        summary = crawl.run_crawl(
            self._request.crawler,
            Clients(self._s3, self._glue, self._secrets),
            Reporting(self._log.write, self._should_stop.is_set),
        )
        return dataclasses.asdict(summary)

    def _end(self, counts: dict[str, int], error_message: str | None) -> None:
        if error_message is not None:
            self._machine.move("FAILED", **counts, error_message=error_message)
        elif not self._machine.move_if_possible("COMPLETED", **counts):
            self._machine.move("STOPPED", **counts)
