"""How does a public file get here when there is no mirror?"""

import gzip
import hashlib
from pathlib import Path

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.registry.entries import DataFile
from layoutlab.registry.recipes import RECIPES

TIMEOUT_S = 30
ADVICE = (
    "try again later, or set LAYOUTLAB_DATA_MIRROR=DIR to a folder that holds the data "
    "(DIR/groceries/baskets.csv.gz and so on)"
)


def download(file: DataFile, target: Path) -> None:
    """Fetch a file's sources from their publisher and write what its recipe makes of them.

    A file named ``.gz`` is packed here, without time or name, so its own bytes may differ from the
    mirror's; what is inside does not, and is compared with `DataFile.content_sha256` before
    anything is written. Sources stay in ``.part`` beside the target until all are here, so an
    interrupted download goes on where it stopped.

    Raises
    ------
    InputError
        When an address cannot be reached, or what comes from it is not what it was.
    """
    folder = target.parent / ".part"
    parts = [_retrieve(source, folder) for source in file.sources]
    contents = [part.read_bytes() for part in parts]
    for part in parts:
        part.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    content = _reshape(file, contents)
    found = hashlib.sha256(content).hexdigest()
    if found != file.content_sha256:
        raise InputError(
            f"{file.name}, made from {_where(file)}: expected content with sha256 "
            f"{file.content_sha256}, found {found}; {ADVICE}"
        )
    packed = gzip.compress(content, mtime=0) if target.suffix == ".gz" else content
    canonical.write_bytes(target, packed)


def _reshape(file: DataFile, contents: list[bytes]) -> bytes:
    """Apply the file's recipe, and say so when its sources do not have the form it expects."""
    try:
        return RECIPES[file.recipe](contents)
    except (ValueError, LookupError) as error:
        raise InputError(
            f"{_where(file)}: expected the publisher's form of {file.name}, got something else "
            f"({type(error).__name__}: {error}); {ADVICE}"
        ) from error


def _retrieve(source: str, folder: Path) -> Path:
    """Download one address, or take what an interrupted call left of it."""
    import pooch
    import requests

    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    part = folder / f"{digest}-{source.rsplit('/', 1)[-1]}"
    if not part.exists():
        pooch.get_logger().setLevel("WARNING")
        downloader = pooch.HTTPDownloader(timeout=TIMEOUT_S)
        try:
            pooch.retrieve(source, None, fname=part.name, path=folder, downloader=downloader)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise InputError(f"no connection to download {source}; {ADVICE}") from error
        except requests.RequestException as error:
            raise InputError(f"cannot download {source} ({error}); {ADVICE}") from error
    return part


def _where(file: DataFile) -> str:
    more = f" and {len(file.sources) - 1} more" if len(file.sources) > 1 else ""
    return file.sources[0] + more
