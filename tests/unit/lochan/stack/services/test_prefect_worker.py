from pathlib import Path

from lochan.stack.home import Home
from lochan.stack.services.prefect_worker import prefect_worker
from lochan.stack.site import open_site


def test_its_temporary_files_are_below_the_home(settings):
    Home(settings.home).open()
    service = prefect_worker(open_site(settings))
    service.prepare()
    folder = Path(service.environment["TMPDIR"])
    assert folder.is_dir()
    assert folder.is_relative_to(settings.home)
