"""The little Markdown our own prose uses, as HTML: headings, paragraphs, lists, code. Everything is escaped first."""

import re
from html import escape

_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)")
_ITEM = re.compile(r"(?:- |[0-9]+\. )")


def render(text: str, anchors: str = "") -> str:
    """Blocks of `text` as HTML; with `anchors`, headings get ids that begin so."""
    return "".join(_block(block, anchors) for block in _blocks(text))


def inline(text: str) -> str:
    """One line of `text` as HTML: code and emphasis."""
    pieces = _CODE.split(text)
    return "".join(f"<code>{escape(piece)}</code>" if number % 2 else _EMPHASIS.sub(r"<em>\1</em>", escape(piece)) for number, piece in enumerate(pieces))


def _blocks(text: str) -> list[str]:
    """Split at empty lines, but never within a fence."""
    blocks: list[str] = []
    for number, part in enumerate(re.split(r"^```\n?", text, flags=re.MULTILINE)):
        blocks += [f"```{part}"] if number % 2 else [block for block in part.split("\n\n") if block.strip()]
    return blocks


def _block(block: str, anchors: str) -> str:
    block = block.strip("\n")
    if block.startswith("```"):
        return f"<pre tabindex=0>{escape(block[3:])}</pre>"
    if block.startswith("## "):
        title, _, rest = block[3:].partition("\n")
        name = re.sub("[^a-z]+", "-", title.lower())
        mark = f' id="{anchors}-{name}"' if anchors else ""
        return f"<h2{mark}>{inline(title)}</h2>" + (_block(rest, anchors) if rest.strip() else "")
    if _ITEM.match(block):
        kind = "ul" if block.startswith("- ") else "ol"
        items = [inline(_ITEM.sub("", item, count=1)) for item in re.split(r"\n(?=- |[0-9]+\. )", block)]
        return f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"
    return f"<p>{inline(block)}</p>"
