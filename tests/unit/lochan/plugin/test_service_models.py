import pytest

from lochan.plugin.service_models import link_models


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "data"
    for name in ("glue", "redshift", "redshift-data", "redshift-serverless", "s3"):
        (folder / name).mkdir(parents=True)
    return folder


def test_our_services_are_linked_and_no_others(models, tmp_path):
    folder = link_models(models, tmp_path / "linked")
    assert sorted(path.name for path in folder.iterdir()) == [
        "glue",
        "redshift",
        "redshift-data",
        "redshift-serverless",
    ]
    assert (folder / "glue").resolve() == models / "glue"


def test_links_of_a_copied_home_are_replaced(models, tmp_path):
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "glue").symlink_to(tmp_path / "gone")
    link_models(models, folder)
    assert (folder / "glue").resolve() == models / "glue"


def test_folder_without_models_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"LOCHAN_SERVICE_MODELS=.* glue, redshift"):
        link_models(tmp_path, tmp_path / "linked")
