"""Small PDF files, written by hand: each piece of text at its place, in Helvetica."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Put:
    """Text that starts at a point of the page, in points from the lower left."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False

    @property
    def operators(self) -> str:
        escaped = self.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"BT /F{1 + self.bold} {self.size} Tf 1 0 0 1 {self.x} {self.y} Tm ({escaped}) Tj ET"


def pdf(*pages: Sequence[Put], title: str = "", rotate: int = 0) -> bytes:
    """A sound PDF file of these pages, 612 by 792 points."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"
            for font in ("Helvetica", "Helvetica-Bold")
        ),
    ]
    for at, puts in enumerate(pages):
        content = "\n".join(put.operators for put in puts)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate {rotate} /Contents {6 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
            f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream",
        ]
    objects.append(f"<< /Title ({title}) >>")
    return _file(objects)


def _file(objects: Sequence[str]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252"))
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    out.write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def encrypted(data: bytes, user: str, owner: str, algorithm: str = "AES-256") -> bytes:
    """The same file with passwords; an empty `user` one lets anybody read."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lines(texts: Sequence[str], x: float = 72, top: float = 720, leading: float = 12) -> list[Put]:
    """Lines of text below each other."""
    return [Put(x, top - at * leading, text) for at, text in enumerate(texts)]
