# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what belongs beside the tarball of a release: the list of its parts (CycloneDX) and SHA-256 checksums.

All is read from the tarball, but for the licences of what it needs: those are read from the environment that runs this.
The same tarball gives the same list.

Usage: python -m tests.tools.sbom TARBALL
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
from collections.abc import Iterator
from datetime import datetime, timezone
from importlib.metadata import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

from tests.tools.execution_environment import REQUIREMENTS, requirements

# The newest that readers of such lists commonly take.
SCHEMA = SchemaVersion.V1_6
CHECKSUMS = "SHA256SUMS"
LINKS = {
    "repository": ExternalReferenceType.VCS,
    "homepage": ExternalReferenceType.WEBSITE,
    "documentation": ExternalReferenceType.DOCUMENTATION,
    "issues": ExternalReferenceType.ISSUE_TRACKER,
}


def bill(tarball: Path) -> str:
    """Return the list of the parts of a tarball as JSON."""
    with tarfile.open(tarball) as archive:
        seconds = archive.getmember("MANIFEST.json").mtime
        info = json.loads(_text(archive, "MANIFEST.json"))["collection_info"]
        needed = [Requirement(line) for line in requirements(_text(archive, REQUIREMENTS))]
        core = yaml.safe_load(_text(archive, "meta/runtime.yml"))["requires_ansible"]
    digest = _digest(tarball)
    found = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"sha256:{digest}"),
        metadata=BomMetaData(
            timestamp=datetime.fromtimestamp(seconds, timezone.utc), component=_collection(info, digest)
        ),
        components=[_package(each) for each in (Requirement(f"ansible-core{core}"), *needed)],
    )
    assert found.metadata.component
    found.register_dependency(found.metadata.component, found.components)
    return _checked(make_outputter(found, OutputFormat.JSON, SCHEMA).output_as_string(indent=2)) + "\n"


def _text(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    assert file
    return file.read().decode()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _collection(info: dict[str, Any], digest: str) -> Component:
    name = f"{info['namespace']}.{info['name']}"
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=name,
        name=name,
        version=info["version"],
        description=info["description"],
        purl=PackageURL("generic", info["namespace"], info["name"], info["version"]),
        licenses=[LicenseFactory().make_from_string(each) for each in info["license"]],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        external_references=[ExternalReference(type=kind, url=XsUri(info[name])) for name, kind in LINKS.items()],
    )


def _package(needed: Requirement) -> Component:
    """A package of Python, in any version within its bounds."""
    bounds = "|".join(sorted(map(str, needed.specifier)))
    qualifiers = {"vers": f"vers:pypi/{bounds}"} if bounds else {}
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=needed.name,
        name=needed.name,
        purl=PackageURL("pypi", name=needed.name, qualifiers=qualifiers),
        licenses=[_licence(needed.name)],
        properties=[Property(name="certops:requirement", value=str(needed))],
    )


def _licence(name: str) -> License:
    """The licence of an installed package as its metadata name it, in the newest way that they have."""
    told = metadata(name)
    fields = [told[field] for field in ("License-Expression", "License") if field in told]
    classifiers = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if "License ::" in each]
    return LicenseFactory().make_from_string([*fields, *classifiers][0])


def _checked(text: str) -> str:
    problem = JsonStrictValidator(SCHEMA).validate_str(text)
    if problem:
        raise ValueError(f"the list of parts is not valid: {problem}")
    return text


def write(tarball: Path) -> Iterator[Path]:
    """Write the list of parts and the checksums beside a tarball; return their paths."""
    stem = tarball.name.removesuffix(".tar.gz")
    parts = tarball.with_name(f"{stem}.cdx.json")
    parts.write_text(bill(tarball))
    yield parts
    sums = tarball.with_name(CHECKSUMS)
    sums.write_text("".join(f"{_digest(each)}  {each.name}\n" for each in sorted((tarball, parts))))
    yield sums


if __name__ == "__main__":
    print(*write(Path(sys.argv[1])), sep="\n")
