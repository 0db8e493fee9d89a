import io

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lochan.glue.worker.arguments import JobArguments, RunRefused
from lochan.glue.worker.staging import stage_files

NONE = JobArguments((), (), (), (), {}, False)


class Body(io.BytesIO):
    def iter_chunks(self, size):
        return iter(lambda: self.read(size), b"")


class Objects:
    """An S3 of a few objects."""

    def __init__(self, objects):
        self.objects = objects

    def get_object(self, Bucket, Key):
        found = self.objects.get(f"{Bucket}/{Key}", ("NoSuchKey", "none"))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, tuple):
            raise ClientError({"Error": {"Code": found[0], "Message": found[1]}}, "GetObject")
        return {"Body": Body(found)}


def test_files_lie_apart_even_with_one_name(tmp_path):
    s3 = Objects({"b/job.py": b"job", "b/1/m.py": b"one", "b/2/m.py": b"two", "b/x.zip": b"zip"})
    arguments = JobArguments(
        (), ("s3://b/1/m.py", "s3://b/x.zip", "s3://b/2/m.py"), (), (), {}, False
    )
    staged = stage_files(s3, "s3://b/job.py", arguments, tmp_path)
    assert staged.script.read_bytes() == b"job"
    assert staged.script.name == "job.py"
    first, archive, second = staged.modules
    assert (first / "m.py").read_bytes() == b"one"
    assert archive.read_bytes() == b"zip"
    assert (second / "m.py").read_bytes() == b"two"
    assert staged.sources == (staged.script, first / "m.py", archive, second / "m.py")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("s3://b/none.py", "The script s3://b/none.py does not exist: there is no such object"),
        ("s3://none/job.py", "there is no such bucket"),
        ("s3://down/job.py", "could not be fetched"),
        ("/local/job.py", "The script /local/job.py is not the S3 URI of an object"),
        ("s3://bucket", "is not the S3 URI of an object"),
        ("s3://bucket/jobs/..", r"names no file: its key ends in '\.\.'"),
        ("s3://bucket/job\0.py", "names no file"),
    ],
)
def test_what_cannot_be_had_is_named(tmp_path, script, message):
    s3 = Objects(
        {
            "none/job.py": ("NoSuchBucket", "none"),
            "down/job.py": EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        }
    )
    with pytest.raises(RunRefused, match=message):
        stage_files(s3, script, NONE, tmp_path)


def test_no_key_leads_out_of_the_runs_folder(tmp_path):
    keys = ["../../up.py", "/etc/passwd", "a/../../b.py", "%2e%2e/c.py", "..\\d.py"]
    s3 = Objects({f"b/{key.lstrip('/')}": b"x" for key in keys} | {"b/job.py": b""})
    folder = tmp_path / "run"
    files = tuple(f"s3://b/{key}" for key in keys)
    stage_files(s3, "s3://b/job.py", JobArguments(files, files, (), (), {}, False), folder)
    assert list(tmp_path.iterdir()) == [folder]
    written = {path.name for path in folder.rglob("*") if path.is_file()}
    assert written == {"up.py", "passwd", "b.py", "c.py", "..\\d.py", "job.py"}
