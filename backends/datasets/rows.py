"""The exact row reader: text to records, each with its line, forgiving about quotes and silent about nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r"[^\r\n]*")
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Form:
    """How fields and records are written, nothing else."""

    delimiter: str = ","
    quotechar: str = '"'
    escapechar: str = ""
    comment: str = ""
    spaced: bool = False  # the delimiter is followed by a blank that belongs to no value


@dataclass(frozen=True)
class Record:
    """One record: its cells, the line it starts on and the offset where the next one starts."""

    cells: list[str]
    line: int
    end: int
    blank: bool = False


@dataclass
class Findings:
    """Lines on which the reader had to be forgiving or left something out."""

    stray: list[int] = field(default_factory=list)  # a quote inside a quoted cell that is not doubled
    unclosed: list[int] = field(default_factory=list)  # a quote that opens and never closes
    comments: list[int] = field(default_factory=list)


class RowReader:
    """Splits text of one `Form` into records.

    A quoted cell ends at the first quote that is followed by a delimiter or the end of a line and may hold
    line breaks. Where quotes are broken the reader keeps the text: a quote inside a quoted cell stays part
    of it, and a quote that never closes is an ordinary character.

    >>> reader = RowReader(Form())
    >>> [record.cells for record in reader.records('a,"b ""c"" d"\\r\\n1,"x\\ny"')]
    [['a', 'b "c" d'], ['1', 'x\\ny']]
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.findings = Findings()
        self._opens, self._quoted, self._lenient, self._plain = _patterns(form)
        quote, delimiter, escape = re.escape(form.quotechar), re.escape(form.delimiter), re.escape(form.escapechar)
        escaped = rf"{escape}([{escape}{quote}{delimiter}\r\n])" if escape else "(?!)()"
        self._escaped = re.compile(escaped)
        self._marked = re.compile(rf"{escaped}|{quote}({quote})" if quote else escaped)

    def records(self, text: str, start: int = 0, line: int = 1) -> Iterator[Record]:
        """Yield the records of `text` from offset `start`, which is on line `line`."""
        special = tuple(filter(None, (self.form.quotechar, self.form.escapechar)))
        unix, length, comment = "\r" not in text, len(text), self.form.comment
        while start < length:
            stop = text.find("\n", start) if unix else _LINE.match(text, start).end()  # type: ignore[union-attr]
            stop = length if stop < 0 else stop
            content = text[start:stop]
            if comment and content.lstrip().startswith(comment):
                self.findings.comments.append(line)
                start, line = self._after(text, stop), line + 1
                continue
            blank = not content or (content.isspace() and not self.form.delimiter.isspace())
            if not any(mark in content for mark in special):
                cells, taken = self._split(content), 1
            else:
                cells, stop = self._scan(text, start, line)
                taken = 1 + len(_BREAK.findall(text, start, stop))
            start = self._after(text, stop)
            yield Record(cells, line, start, blank)
            line += taken

    def _after(self, text: str, stop: int) -> int:
        return stop + 2 if text.startswith("\r\n", stop) else stop + 1

    def _split(self, content: str) -> list[str]:
        cells = content.split(self.form.delimiter) if self.form.delimiter else [content]
        return [cell.lstrip(" ") for cell in cells] if self.form.spaced else cells

    def _scan(self, text: str, start: int, line: int) -> tuple[list[str], int]:
        """The cells of the record at `start` and the offset of the line break (or end) behind it."""
        cells: list[str] = []
        step = len(self.form.delimiter)
        while True:
            cell, start = self._cell(text, start, line)
            cells.append(cell)
            if not (step and text.startswith(self.form.delimiter, start)):
                return cells, start
            start += step

    def _cell(self, text: str, start: int, line: int) -> tuple[str, int]:
        if self._opens.match(text, start):
            match = self._quoted.match(text, start)
            if match:
                return self._unescaped(match.group(1), doubled=True), match.end()
            match = self._lenient.match(text, start)
            (self.findings.stray if match else self.findings.unclosed).append(line)
            if match:
                return self._unescaped(match.group(1), doubled=False), match.end()
        match = self._plain.match(text, start)
        if match is None:  # an escape character is the very last character
            return text[start:], len(text)
        cell = self._unescaped(match.group(1), doubled=False)
        return (cell.lstrip(" ") if self.form.spaced else cell), match.end()

    def _unescaped(self, cell: str, doubled: bool) -> str:
        if self.form.escapechar and self.form.escapechar in cell:
            pattern = self._marked if doubled else self._escaped
            return pattern.sub(lambda match: match.group(1) or match.group(2) if doubled else match.group(1), cell)
        quote = self.form.quotechar
        return cell.replace(quote + quote, quote) if doubled else cell


def _patterns(form: Form) -> tuple[re.Pattern[str], ...]:
    """Patterns of an opening quote, a well-formed quoted cell, a broken one on one line, and a plain cell."""
    quote, delimiter, escape = re.escape(form.quotechar), re.escape(form.delimiter), re.escape(form.escapechar)
    blank = "" if form.delimiter == " " else "[ ]*" if form.delimiter == "\t" else "[ \t]*"
    ends = rf"(?={delimiter}|[\r\n]|\Z)" if delimiter else r"(?=[\r\n]|\Z)"
    plain = (
        rf"([^\r\n{delimiter}{escape}]*+(?:{escape}.[^\r\n{delimiter}{escape}]*+)*+)"
        if escape
        else rf"([^\r\n{delimiter}]*+)"
    )
    if len(form.delimiter) > 1:
        plain = rf"((?:[^\r\n{escape}]|{escape}.)*?){ends}" if escape else rf"([^\r\n]*?){ends}"
    if not quote:
        never = re.compile(r"(?!)")
        return never, never, never, re.compile(plain, re.DOTALL)
    content = rf"[^{quote}{escape}]*+"
    pair = rf"{quote}{quote}|{escape}." if escape else f"{quote}{quote}"
    quoted = rf"{blank}{quote}({content}(?:(?:{pair}){content})*+){quote}{blank}{ends}"
    next_cell = rf"(?!{delimiter}{blank}{quote})" if delimiter else ""
    lenient = rf"{blank}{quote}((?:{next_cell}[^\r\n])*?){quote}{blank}{ends}"
    return tuple(re.compile(pattern, re.DOTALL) for pattern in (rf"{blank}{quote}", quoted, lenient, plain))
