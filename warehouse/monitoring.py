"""What is asked of Redshift to see how it and the loads are; all read only.

Times are compared on the server, so that no two clocks are.
https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
"""

from __future__ import annotations

# https://docs.aws.amazon.com/redshift/latest/dg/r_STV_NODE_STORAGE_CAPACITY.html
# A block has 1 MB.
SELECT_CLUSTER_STORAGE = "SELECT SUM(used), SUM(capacity) FROM stv_node_storage_capacity"
# https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html
SELECT_SERVERLESS_STORAGE = (
    "SELECT data_storage FROM sys_serverless_usage ORDER BY end_time DESC LIMIT 1"
)
# https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html
SELECT_TABLE_SIZES = (
    'SELECT "schema", "table", "size", tbl_rows FROM svv_table_info '
    'ORDER BY "size" DESC, tbl_rows DESC LIMIT 10'
)
# https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
# On provisioned clusters and Serverless alike; times in microseconds.
_LATELY = "start_time >= DATEADD(hour, %s, GETDATE())"
SELECT_STATEMENT_COUNTS = (
    "SELECT COUNT(*), SUM(CASE WHEN TRIM(status) = 'queued' THEN 1 ELSE 0 END) "
    f"FROM sys_query_history WHERE {_LATELY}"
)
SELECT_SLOW_STATEMENTS = (
    "SELECT query_id, TRIM(query_type), TRIM(status), elapsed_time, queue_time, TRIM(query_text) "
    f"FROM sys_query_history WHERE {_LATELY} AND (elapsed_time > %s OR queue_time > %s) "
    "ORDER BY elapsed_time DESC LIMIT 20"
)

_OF_LATE = "loaded_at >= DATEADD(hour, %s, GETDATE())"
SELECT_LAST_LOADS = (
    "SELECT dataset, DATEDIFF(second, MAX(loaded_at), GETDATE()) "
    'FROM "etl"."loads" GROUP BY dataset ORDER BY dataset'
)
SELECT_LOAD_SUMS = (
    "SELECT dataset, COUNT(*), SUM(input_rows), SUM(rejected_rows), "
    "SUM(CASE WHEN input_rows <> loaded_rows + rejected_rows + duplicate_rows THEN 1 ELSE 0 END) "
    f'FROM "etl"."loads" WHERE {_OF_LATE} GROUP BY dataset'
)
SELECT_REJECT_REASONS = (
    "SELECT l.dataset, r.reason, COUNT(*) "
    'FROM "etl"."rejects" AS r JOIN "etl"."loads" AS l ON l.load_id = r.load_id '
    f"WHERE l.{_OF_LATE} GROUP BY l.dataset, r.reason ORDER BY 3 DESC, 2"
)
