"""What do we note about a public data set and its files?"""

from dataclasses import dataclass

GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class DataFile:
    """One file as we read it.

    Attributes
    ----------
    name : str
        File name in the mirror and in our folder of downloads.
    sha256 : str
        Hash of the mirror's file.
    content_sha256 : str
        Hash of what is inside, unpacked when the name ends in ``.gz``. Compressors differ, content
        does not.
    sources : tuple of str
        The publisher's addresses that it is made from; none where a file was made for the mirror
        and lies nowhere else.
    recipe : str
        How: a function of `layoutlab.registry.recipes`.
    """

    name: str
    sha256: str
    content_sha256: str
    sources: tuple[str, ...] = ()
    recipe: str = "as_it_is"


@dataclass(frozen=True)
class Dataset:
    """One public data set.

    Attributes
    ----------
    name, title, address, licence, citation : str
        `address` is the page of the original publisher.
    files : tuple of DataFile
    tables : dict of str to str
        Table name and the function of `layoutlab.registry.readers` that reads it, or, for a plain
        CSV file, the file's name.
    accept : bool
        Whether the licence restricts use so far that the user has to accept it first.
    """

    name: str
    title: str
    address: str
    licence: str
    citation: str
    files: tuple[DataFile, ...]
    tables: dict[str, str]
    accept: bool = False
