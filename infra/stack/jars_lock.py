"""Writes the lock file of the broker's jars anew: `python -m infra.stack.jars_lock`. For maintainers; needs Maven.

Maven decides which versions belong together; this module only writes down what it decided and what the files are.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.stack.jars import LOCK

ROOTS = ("org.apache.kafka:kafka_2.13:4.1.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3")
SCOPES = ("compile", "runtime")
POM = """<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>oryn</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>{dependencies}</dependencies>
</project>
"""
HEAD = """# The jars of the local Kafka broker: group:artifact:version, size in bytes, SHA-256.
# Resolved by Maven from {roots}; renewed by: python -m infra.stack.jars_lock
"""
LINE = re.compile(r"^\s+([\w.-]+):([\w.-]+):jar:([\w.-]+):(\w+):(/\S+)", re.MULTILINE)


def resolve(folder: Path) -> list[str]:
    """The lock's lines, in order of their names. Raises: CalledProcessError when Maven fails."""
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        "</dependency>"
        for group, artifact, version in (root.split(":") for root in ROOTS)
    )
    (folder / "pom.xml").write_text(POM.format(dependencies=dependencies), "ascii")
    listing = folder / "list.txt"
    subprocess.run(  # noqa: S603 - no word of it comes from outside
        [
            *("mvn", "-q", "-B", "dependency:list", "-DincludeScope=runtime"),
            *("-DoutputAbsoluteArtifactFilename=true", f"-DoutputFile={listing}"),
        ],
        check=True,
        cwd=folder,
    )
    lines = []
    for group, artifact, version, scope, path in LINE.findall(listing.read_text("utf-8")):
        assert scope in SCOPES, (artifact, scope)
        content = Path(path).read_bytes()
        lines.append(f"{group}:{artifact}:{version} {len(content)} {hashlib.sha256(content).hexdigest()}")
    return sorted(lines)


def main() -> None:
    """Write the lock file."""
    with tempfile.TemporaryDirectory() as folder:
        lines = resolve(Path(folder))
    LOCK.write_text(HEAD.format(roots=" and ".join(ROOTS)) + "\n".join(lines) + "\n", "ascii")
    sys.stdout.write(f"{LOCK.name}: {len(lines)} jars\n")


if __name__ == "__main__":
    main()
