"""Write the zipped spark/ package for Terraform, which uploads it under the key of its content.

python -m infrastructure.package dist/spark.zip
"""

from __future__ import annotations

from pathlib import Path

import click

from infrastructure.code import zip_package


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def main(path: Path) -> None:
    """Write the package to PATH, making the folder; unchanged code leaves the file as it is."""
    package = zip_package()
    if not path.exists() or path.read_bytes() != package:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(package)
    click.echo(f"{path}: {len(package):,} bytes")


if __name__ == "__main__":
    main()
