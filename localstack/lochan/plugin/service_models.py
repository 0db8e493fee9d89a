"""Puts the clients' newer service models in front of LocalStack's own, for our services only.

LocalStack's pinned botocore is months behind the clients', and its parser drops what it does not
know. S3 and the rest keep the models for which LocalStack's code was written.
"""

from pathlib import Path

OUR_SERVICES = ("glue", "redshift", "redshift-data", "redshift-serverless")


def link_models(models: Path, folder: Path) -> Path:
    """Fill `folder` with links to our services' models and return it."""
    missing = [name for name in OUR_SERVICES if not (models / name).is_dir()]
    if missing:
        raise FileNotFoundError(
            f"LOCHAN_SERVICE_MODELS={models} has no service model of {', '.join(missing)}: it must"
            " name the folder botocore/data of an installed botocore."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in OUR_SERVICES:
        link = folder / name
        if link.is_symlink():
            link.unlink()  # a home may have been copied from a template, or botocore have moved
        link.symlink_to(models / name, target_is_directory=True)
    return folder


def use_models(folder: Path) -> None:
    """Make LocalStack find the models in `folder` first."""
    from localstack.aws.spec import loader

    if str(folder) not in loader.search_paths:
        loader.search_paths.insert(0, str(folder))
