"""Every Glue operation that Lochan emulates, by resource."""

from collections.abc import Callable, Mapping

from lochan.glue.api import (
    classifiers,
    connections,
    crawler_schedules,
    crawlers,
    crawls,
    databases,
    job_bookmarks,
    job_runs,
    jobs,
    partition_batches,
    partitions,
    security_configurations,
    table_versions,
    tables,
    tags,
    triggers,
)
from lochan.glue.api.records import Shape
from lochan.glue.api.state import GlueState

Handler = Callable[[GlueState, Shape], Shape]

OPERATIONS: Mapping[str, Handler] = {
    # databases
    "CreateDatabase": databases.create,
    "GetDatabase": databases.get,
    "GetDatabases": databases.list_all,
    "UpdateDatabase": databases.update,
    "DeleteDatabase": databases.delete,
    # tables
    "CreateTable": tables.create,
    "GetTable": tables.get,
    "GetTables": tables.list_all,
    "UpdateTable": tables.update,
    "DeleteTable": tables.delete,
    "BatchDeleteTable": tables.delete_batch,
    # table versions
    "GetTableVersion": table_versions.get,
    "GetTableVersions": table_versions.list_all,
    "DeleteTableVersion": table_versions.delete,
    "BatchDeleteTableVersion": table_versions.delete_batch,
    # partitions
    "CreatePartition": partitions.create,
    "GetPartition": partitions.get,
    "GetPartitions": partitions.list_all,
    "UpdatePartition": partitions.update,
    "DeletePartition": partitions.delete,
    "BatchCreatePartition": partition_batches.create,
    "BatchGetPartition": partition_batches.get,
    "BatchUpdatePartition": partition_batches.update,
    "BatchDeletePartition": partition_batches.delete,
    # connections
    "CreateConnection": connections.create,
    "GetConnection": connections.get,
    "GetConnections": connections.list_all,
    "UpdateConnection": connections.update,
    "DeleteConnection": connections.delete,
    "BatchDeleteConnection": connections.delete_batch,
    # classifiers
    "CreateClassifier": classifiers.create,
    "GetClassifier": classifiers.get,
    "GetClassifiers": classifiers.list_all,
    "UpdateClassifier": classifiers.update,
    "DeleteClassifier": classifiers.delete,
    # crawlers
    "CreateCrawler": crawlers.create,
    "GetCrawler": crawlers.get,
    "GetCrawlers": crawlers.list_all,
    "ListCrawlers": crawlers.list_names,
    "BatchGetCrawlers": crawlers.get_batch,
    "UpdateCrawler": crawlers.update,
    "DeleteCrawler": crawlers.delete,
    "StartCrawler": crawlers.start,
    "StopCrawler": crawlers.stop,
    "GetCrawlerMetrics": crawlers.get_metrics,
    "ListCrawls": crawls.list_history,
    # crawler schedules
    "UpdateCrawlerSchedule": crawler_schedules.update,
    "StartCrawlerSchedule": crawler_schedules.start,
    "StopCrawlerSchedule": crawler_schedules.stop,
    # jobs
    "CreateJob": jobs.create,
    "GetJob": jobs.get,
    "GetJobs": jobs.list_all,
    "ListJobs": jobs.list_names,
    "BatchGetJobs": jobs.get_batch,
    "UpdateJob": jobs.update,
    "DeleteJob": jobs.delete,
    # job runs
    "StartJobRun": job_runs.start,
    "GetJobRun": job_runs.get,
    "GetJobRuns": job_runs.list_all,
    "BatchStopJobRun": job_runs.stop_batch,
    # job bookmarks
    "GetJobBookmark": job_bookmarks.get,
    "ResetJobBookmark": job_bookmarks.reset,
    # triggers
    "CreateTrigger": triggers.create,
    "GetTrigger": triggers.get,
    "GetTriggers": triggers.list_all,
    "ListTriggers": triggers.list_names,
    "BatchGetTriggers": triggers.get_batch,
    "UpdateTrigger": triggers.update,
    "DeleteTrigger": triggers.delete,
    "StartTrigger": triggers.start,
    "StopTrigger": triggers.stop,
    # security configurations
    "CreateSecurityConfiguration": security_configurations.create,
    "GetSecurityConfiguration": security_configurations.get,
    "GetSecurityConfigurations": security_configurations.list_all,
    "DeleteSecurityConfiguration": security_configurations.delete,
    # tags
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "GetTags": tags.get,
}
