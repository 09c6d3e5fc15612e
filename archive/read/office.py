"""Zip containers of office documents, opened within bounds; docx → paragraphs."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from posixpath import join, normpath

from lxml import etree

from archive.errors import UnreadableError
from archive.model import Page
from archive.read.conventions import find_large, make_page
from archive.read.numbering import read_lists
from archive.read.wordml import Document, picture_areas, read_notes, read_styles

# READING §6.3, guards: no member of a container may be larger, or unpack to more than so many times its size. Small
# ones may: a megabyte hurts nobody.
MEMBER_BYTES = 80 * 2**20
MEMBER_RATIO = 300
HARMLESS_BYTES = 2**20


def read_docx(data: bytes) -> Page:
    """The paragraphs of a Word document: body, tables row by row, text boxes, then its notes with their marks.

    Inserted text is read, deleted and hidden text is not; automatic numbers are written out. Headers and footers are
    not text. Raises UnreadableError: damaged_file, encrypted, too_large_for_memory or no_text.
    """
    container = Container(data)
    # ISO 29500-2 §9.3: the package says which part is the document, and the document which parts belong to it.
    main = find_related(container, "").get("officeDocument", "word/document.xml")
    root = container.parse(main)
    if root is None:
        raise damaged(f"it has no {main}")
    parts = find_related(container, main)

    def parse(kind: str) -> etree._Element | None:
        return container.parse(parts.get(kind, f"word/{kind}.xml"))

    document = Document(
        styles=read_styles(parse("styles")),
        lists=read_lists(parse("numbering")),
        notes={kind: read_notes(parse(kind + "s")) for kind in ("footnote", "endnote")},
    )
    return make_page(document.read(root), "docx", find_large(picture_areas(root)))


def find_related(container: Container, part: str) -> dict[str, str]:
    """The parts that a part names as related to it, by kind (`footnotes`); those of the package for part ""."""
    folder, _, file = part.rpartition("/")
    root = container.parse(normpath(join(folder, "_rels", f"{file}.rels")))
    return {
        relation.get("Type", "").rpartition("/")[2]: normpath(join("/", folder, relation.get("Target", ""))).lstrip("/")
        for relation in (root if root is not None else ())
    }


class Container:
    """A zip container that gives its members within bounds. Raises UnreadableError."""

    def __init__(self, data: bytes) -> None:
        try:
            self.zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
            raise damaged(str(error)) from error
        # Some programs write names with a backslash or a leading slash, against the standard.
        self.members = {member.filename.replace("\\", "/").lstrip("/"): member for member in self.zip.infolist()}

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises UnreadableError where it is damaged, locked or out of bounds."""
        member = self.members[name]
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > MEMBER_BYTES or (member.file_size > HARMLESS_BYTES and ratio > MEMBER_RATIO):
            message = f"its part {name} unpacks to {member.file_size >> 20} MB: no report is that large, save it anew"
            raise UnreadableError("too_large_for_memory", message)
        if member.flag_bits & 1:
            raise UnreadableError("encrypted", "the document asks for a password: save it without one")
        # ISO 29500-2 §7.3.3, ODF 1.2 part 3 §2.2: there are no others in office documents.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(f"{name}: packed by method {member.compress_type}")
        try:
            # Never unpacks more than the size it declares, which was looked at above.
            return self.zip.read(member)
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError) as error:
            # zipfile's RuntimeError and its NotImplementedError: flags of patched data or strong encryption.
            raise damaged(f"{name}: {error}") from error

    def parse(self, name: str) -> etree._Element | None:
        """The root of an XML member, or None where the container has none of that name."""
        if name not in self.members:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise damaged(f"{name}: {error}") from error


def damaged(why: str) -> UnreadableError:
    """The error for a document that cannot be unpacked."""
    return UnreadableError("damaged_file", f"the document is damaged ({' '.join(why.split())}): download it again")
