"""Python in the theme's colours: Pygments finds the tokens, which is imported when the first line is coloured."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.stylesheet import mix
from designer.ui.theme.tokens import FAMILY_COLOURS, Theme


def _colours(theme: Theme) -> dict[str, str]:
    """Pygments' token types, from the general to the special, and the colour of each."""
    towards_text = 0.15 if theme.name == "dark" else 0.25
    keyword = mix(FAMILY_COLOURS["block"], theme.text, 0.3 if theme.name == "dark" else 0.1)
    return {
        "Comment": theme.muted,
        "Keyword": keyword,
        "Operator.Word": keyword,
        "Literal.String": theme.good_text,
        "Literal.String.Doc": theme.muted,
        "Literal.Number": theme.warn_text,
        "Name.Class": theme.accent,
        "Name.Function": theme.accent,
        "Name.Builtin": mix(FAMILY_COLOURS["merge"], theme.text, towards_text),
        "Name.Decorator": theme.warn_text,
    }


class PythonHighlighter(QSyntaxHighlighter):
    """Colours a document. The whole text is lexed once for each change, since docstrings cross lines."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._spans: list[list[tuple[int, int, str]]] = []  # of each line: (start, length, token type)
        self._before = self._spans
        self._formats: dict[str, QTextCharFormat] = {}
        self._make_formats()
        theme_source().changed.connect(self._retheme)

    def lex(self, text: str) -> None:
        """Find the tokens of `text`, which must become the document's text next; then call `refresh`."""
        from pygments.lexers.python import PythonLexer

        spans: list[list[tuple[int, int, str]]] = [[]]
        column = 0
        for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
            name = str(kind).removeprefix("Token.")
            for index, part in enumerate(value.split("\n")):
                if index:
                    spans.append([])
                    column = 0
                if part:
                    spans[-1].append((column, len(part), name))
                    column += len(part.encode("utf-16-le")) // 2  # Qt counts UTF-16 units
        self._before, self._spans = self._spans, spans

    def refresh(self, first: int) -> None:
        """Colour the lines from `first` on, counted from 0, whose text stayed while their tokens changed."""
        shift = len(self._before) - len(self._spans)
        for line in range(first, len(self._spans)):
            if line + shift >= 0 and self._before[line + shift] != self._spans[line]:
                self.rehighlightBlock(self.document().findBlockByNumber(line))

    def highlightBlock(self, _text: str) -> None:
        block: QTextBlock = self.currentBlock()
        if block.blockNumber() < len(self._spans):
            for start, length, name in self._spans[block.blockNumber()]:
                found = self._format_of(name)
                if found is not None:
                    self.setFormat(start, length, found)

    def _format_of(self, name: str) -> QTextCharFormat | None:
        while name:
            if name in self._formats:
                return self._formats[name]
            name = name.rpartition(".")[0]
        return None

    def _make_formats(self) -> None:
        for name, colour in _colours(current_theme()).items():
            made = QTextCharFormat()
            made.setForeground(QColor(colour))
            if name == "Name.Class":
                made.setFontWeight(QFont.Weight.DemiBold)
            self._formats[name] = made

    def _retheme(self, _theme: object) -> None:
        self._make_formats()
        self.rehighlight()
