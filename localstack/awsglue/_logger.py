"""The logger of get_logger: lines on standard error, where a job's error log takes them from.

https://docs.aws.amazon.com/glue/latest/dg/monitor-logging.html
"""

import logging
import sys

_FORMAT = "%(asctime)s %(levelname)s GlueLogger: %(message)s"


class GlueLogger:
    """A logger with the methods of Glue's."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("awsglue.job")
        if not self._logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter(_FORMAT))
            self._logger.addHandler(handler)
            self._logger.setLevel(logging.INFO)
            self._logger.propagate = False

    def debug(self, message: object) -> None:
        """Log what helps while a script is written."""
        self._logger.debug("%s", message)

    def info(self, message: object) -> None:
        """Log what happens."""
        self._logger.info("%s", message)

    def warn(self, message: object) -> None:
        """Log what may be wrong."""
        self._logger.warning("%s", message)

    warning = warn

    def error(self, message: object) -> None:
        """Log what is wrong."""
        self._logger.error("%s", message)
