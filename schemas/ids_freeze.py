"""Freezes the schemas of `schemas/avro/` as versions with ids: `python -m schemas.ids_freeze [--amend]`.

Owns `schemas/avro/history/` and `schemas/ids.json`. Never changes a schema, and never gives an id a second meaning
unless told to: `--amend` replaces the newest version, which is right only before it has been released.
"""

import argparse
import json
from pathlib import Path

from schemas.ids import COMPATIBILITY, fingerprint, subject_of

FOLDER = Path(__file__).parent


def freeze(folder: Path, amend: bool) -> list[str]:
    """Write what is new under `folder`; the subjects and versions written, in words. Raises: OSError, ValueError."""
    ids_path = folder / "ids.json"
    table = json.loads(ids_path.read_text(encoding="utf-8")) if ids_path.exists() else {}
    written = []
    for topic in COMPATIBILITY:
        subject = subject_of(topic)
        text = (folder / "avro" / f"{topic}.avsc").read_text(encoding="utf-8")
        history = folder / "avro" / "history" / subject
        mark = fingerprint(json.loads(text))
        versions = table.setdefault(subject, {})
        newest = max(map(int, versions), default=0)
        if newest and (versions[str(newest)]["fingerprint"] == mark):
            if (history / f"v{newest}.avsc").read_text(encoding="utf-8") == text:
                continue
            version, schema_id = newest, versions[str(newest)]["id"]  # only its documentation changed
        elif newest and amend:
            version, schema_id = newest, versions[str(newest)]["id"]
        else:
            version = newest + 1
            schema_id = 1 + max((entry["id"] for each in table.values() for entry in each.values()), default=0)
        versions[str(version)] = {"id": schema_id, "fingerprint": mark}
        history.mkdir(parents=True, exist_ok=True)
        (history / f"v{version}.avsc").write_text(text, encoding="utf-8")
        written.append(f"{subject} version {version}: id {schema_id}")
    ids_path.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    return written


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--amend", action="store_true", help="replace the newest version, if it was never released")
    for line in freeze(FOLDER, parser.parse_args().amend):
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
