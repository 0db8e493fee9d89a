from lochan.glue.worker.logs import (
    LogStream,
    batch_events,
    encrypt_log_group,
    split_long_lines,
)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_LIMIT = 1_048_576
BATCH_EVENTS = 10_000


def test_batches_keep_the_order_and_the_number_of_events():
    events = [(number, "x") for number in range(25_000)]
    batches = list(batch_events(events))
    assert [len(batch) for batch in batches] == [BATCH_EVENTS, BATCH_EVENTS, 5_000]
    assert [event for batch in batches for event in batch] == events


def test_batches_count_26_bytes_for_each_event():
    # 10 events of 104,832 + 26 bytes are 1,048,580: four too many for one batch.
    batches = list(batch_events([(0, "x" * 104_832)] * 10))
    assert [len(batch) for batch in batches] == [9, 1]
    # One byte less each: 1,048,570.
    assert len(list(batch_events([(0, "x" * 104_831)] * 10))) == 1


def test_batches_count_bytes_not_characters():
    # 350,000 euro signs are 1,050,000 bytes.
    assert len(list(batch_events([(0, "€" * 175_000)] * 2))) == 2


def test_long_line_is_cut_between_characters():
    line = "a" + "€" * 100_000  # 300,001 bytes
    parts = list(split_long_lines([(7, line)]))
    assert "".join(text for _, text in parts) == line
    assert [time for time, _ in parts] == [7, 7]
    assert max(len(text.encode()) for _, text in parts) <= 262_118


def test_empty_lines_are_dropped():
    assert list(split_long_lines([(1, ""), (2, "b")])) == [(2, "b")]


class RecordingLogs:
    """A CloudWatch Logs that has no group yet."""

    class exceptions:
        class ResourceAlreadyExistsException(Exception):
            pass

        class ResourceNotFoundException(Exception):
            pass

    def __init__(self):
        self.calls = []
        self.groups = set()

    def create_log_group(self, logGroupName, kmsKeyId=None):
        self.calls.append(f"create_log_group {kmsKeyId}" if kmsKeyId else "create_log_group")
        self.groups.add(logGroupName)

    def associate_kms_key(self, logGroupName, kmsKeyId):
        self.calls.append(f"associate_kms_key {kmsKeyId}")
        if logGroupName not in self.groups:
            raise self.exceptions.ResourceNotFoundException

    def create_log_stream(self, logGroupName, logStreamName):
        self.calls.append("create_log_stream")
        if logGroupName not in self.groups:
            raise self.exceptions.ResourceNotFoundException

    def put_log_events(self, logGroupName, logStreamName, logEvents):
        self.calls.append([event["message"] for event in logEvents])


def test_stream_is_made_with_its_first_line():
    logs = RecordingLogs()
    stream = LogStream(logs, "/group", "stream")
    stream.write("one")
    stream.write("two")
    stream.close()
    assert logs.calls == [
        "create_log_stream",
        "create_log_group",
        "create_log_stream",
        ["one", "two"],
    ]


def test_stream_without_lines_is_not_made():
    logs = RecordingLogs()
    LogStream(logs, "/group", "stream").close()
    assert logs.calls == []


def test_group_that_is_there_is_given_its_key():
    logs = RecordingLogs()
    logs.groups.add("/group")
    encrypt_log_group(logs, "/group", "arn")
    assert logs.calls == ["associate_kms_key arn"]


def test_group_that_is_missing_is_made_with_its_key():
    logs = RecordingLogs()
    encrypt_log_group(logs, "/group", "arn")
    assert logs.calls == ["associate_kms_key arn", "create_log_group arn"]


def test_stream_makes_a_group_that_was_deleted_with_its_key():
    logs = RecordingLogs()
    stream = LogStream(logs, "/group", "stream", "arn")
    stream.write("one")
    stream.close()
    assert logs.calls[:2] == ["create_log_stream", "create_log_group arn"]
