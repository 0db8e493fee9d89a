import zipfile

from click.testing import CliRunner

from infrastructure.package import main


def test_the_package_holds_the_modules_under_the_name_that_jobs_import(tmp_path):
    path = tmp_path / "made" / "spark.zip"
    assert CliRunner().invoke(main, [str(path)]).exit_code == 0
    names = zipfile.ZipFile(path).namelist()
    assert "spark/__init__.py" in names
    assert "spark/jobs/process_tweets.py" in names
    assert not [name for name in names if name.endswith(".pyc")]


def test_unchanged_code_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "spark.zip"
    CliRunner().invoke(main, [str(path)])
    first, written = path.read_bytes(), path.stat().st_mtime_ns
    assert CliRunner().invoke(main, [str(path)]).exit_code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, written)
