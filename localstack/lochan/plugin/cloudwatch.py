"""Mends LocalStack's CloudWatch, whose thread for alarms keeps a process alive that wants to end.

The thread is ended by an orderly shutdown alone: a start that fails, at a taken port say, would
hang for ever instead of saying so.
"""

import threading
from typing import Any


def mend_alarm_scheduler() -> None:
    """Let the thread that looks after alarms end with its process."""
    from localstack.services.cloudwatch.alarm_scheduler import AlarmScheduler
    from localstack.utils.scheduler import Scheduler

    def start(self: Any) -> None:
        self.scheduler = Scheduler()
        self.scheduled_alarms = {}
        self.thread = threading.Thread(
            target=self.scheduler.run, name="cloudwatch-scheduler", daemon=True
        )
        self.thread.start()

    AlarmScheduler.__init__ = start
