"""Write the bill of materials, dist/lochan.cdx.json: `make sbom`.

CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Part
from cyclonedx.model.component import ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from requirements.components import ROOT, Component, find_components

TARGET = ROOT / "dist" / "lochan.cdx.json"


def main() -> None:
    """Write the file and name it."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(describe(find_components()))
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")


def describe(components: Iterable[Component]) -> str:
    """Describe components as CycloneDX's JSON."""
    parts = [_describe(one) for one in components]
    ours = Part(name="lochan", type=ComponentType.APPLICATION, bom_ref="lochan")
    bom = Bom(components=parts)
    bom.metadata.component = ours
    bom.register_dependency(ours, parts)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _describe(one: Component) -> Part:
    address = PackageURL("maven" if one.group else "pypi", one.group or None, one.name, one.version)
    licences = [LicenseFactory().make_from_string(one.licence)] if one.licence else []
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=one.digest)] if one.digest else []
    return Part(
        name=one.name,
        version=one.version,
        group=one.group or None,
        type=ComponentType.LIBRARY,
        bom_ref=str(address),
        purl=address,
        licenses=licences,
        hashes=hashes,
        properties=[Property(name="lochan:used_for", value=one.used_for)],
    )


if __name__ == "__main__":
    main()
