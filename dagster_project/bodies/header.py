"""What stands in the head of a document as label and value: 索引号, 发布机构, 发文日期 and their like.

Here: finding the pairs in lines (one or several a line, or the value on the next line) and in the cells of a table before the
report. Not here: which of them is believed (``identify``).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

_LABELS = {
    "title": ("标题", "题名", "名称", "信息名称", "文件名称", "文件标题", "公文名称", "信息标题", "公文标题"),
    "publisher": (
        "发布机构", "发布单位", "发布部门", "发布机关", "信息来源", "文章来源", "稿件来源", "来源", "编制机关", "编制单位", "制作单位", "公开主体",
        "发文机关", "发文单位", "发文机构", "公开单位", "公开机构", "公开部门", "责任单位", "责任部门", "公开责任部门", "信息公开单位", "所属单位",
        "供稿单位", "供稿", "来源单位", "信息生成机构", "生成机构", "产生机构", "制发机构", "制作机关", "印发机关", "所属机构", "提供单位",
    ),
    "published_on": (
        "发布日期", "发布时间", "发文日期", "发文时间", "公开日期", "公开时间", "生成日期", "成文日期", "发布于", "日期", "时间", "印发日期",
        "生成时间", "公布日期", "公布时间", "制发日期",
    ),
    "document_number": ("文号", "发文字号", "文件编号", "发文文号", "公文字号", "文件号", "发文号", "公文文号"),
    "index_number": ("索引号", "索引编号", "信息索引号", "索取号", "信息索引", "公开索引号", "索引"),
    "unified_social_credit_code": ("统一社会信用代码", "社会信用代码", "信用代码"),
    "source_url": ("原文链接", "网址", "来源网址", "URL", "链接地址", "原文地址", "信息链接"),
}  # fmt: skip
# Labels whose value is of no interest, but ends the value before it.
_OTHERS = (
    "主题分类", "体裁分类", "组配分类", "信息类别", "信息分类", "公开类别", "公开方式", "公开形式", "公开范围", "有效性", "有效期", "效力状态", "关键词",
    "主题词", "语种", "浏览次数", "浏览量", "点击数", "点击量", "阅读次数", "访问量", "字体", "字号", "作者", "编辑", "责任编辑", "审核", "栏目", "内容概述",
    "生效日期", "废止日期", "失效日期", "更新时间", "更新日期", "本地目录", "服务对象", "分类", "主题", "打印", "分享", "保护视力色", "隶属", "公开程序",
    "发布人", "信息内容", "载体类型", "记录形式", "公开时限",
)  # fmt: skip
_LONGEST_LINE = 600
_LONGEST_LABEL = 12
_MOST_VALUE = 120

Pair = tuple[str, str]


@cache
def _attribute_of() -> dict[str, str | None]:
    known: dict[str, str | None] = dict.fromkeys(_OTHERS)
    for attribute, labels in _LABELS.items():
        known.update(dict.fromkeys(labels, attribute))
    return known


@cache
def _labelled() -> re.Pattern[str]:
    labels = sorted(_attribute_of(), key=lambda label: (-len(label), label))
    spaced = "|".join(r"\s*".join(map(re.escape, label)) for label in labels)
    return re.compile(rf"(?<![一-鿿A-Za-z])[\[【（(]?({spaced})[\]】）)]?\s*[:：]\s*")


def pairs_in_lines(lines: Sequence[str]) -> list[Pair]:
    """Return (attribute, value) pairs of lines, in order. Values are as printed, white space at the ends removed."""
    found: list[Pair] = []
    for number, line in enumerate(lines):
        if ":" not in line and "：" not in line:
            label = _label(line)
            if label is not None and number + 1 < len(lines) and _is_value(lines[number + 1]):
                found.append((label, lines[number + 1].strip(" :：")))
            continue
        text = line[:_LONGEST_LINE]
        matches = list(_labelled().finditer(text))
        for at, match in enumerate(matches):
            end = matches[at + 1].start() if at + 1 < len(matches) else len(text)
            value = text[match.end() : end].strip()
            attribute = _attribute_of()[re.sub(r"\s", "", match[1])]
            if not value and at + 1 == len(matches) and number + 1 < len(lines) and _is_value(lines[number + 1]):
                value = lines[number + 1].strip()
            if attribute is not None and value:
                found.append((attribute, value[:_MOST_VALUE]))
    return found


def pairs_in_cells(cells: Sequence[str]) -> list[Pair]:
    """Return (attribute, value) pairs of a table's cells in order: a label and the cell after it, or both in one cell."""
    found: list[Pair] = []
    for at, cell in enumerate(cells):
        text, label, holds_both = _of_cell(cell)
        if holds_both:
            found += pairs_in_lines([text])
        elif label is not None and at + 1 < len(cells) and _is_value(following := _of_cell(cells[at + 1])[0]):
            found.append((label, following))
    return found


# Most cells of forms hold the same few labels and numbers in every document.
@lru_cache(maxsize=1 << 12)
def _of_cell(cell: str) -> tuple[str, str | None, bool]:
    """Return the text of a cell, the attribute that it is the label of, and whether label and value may stand in it."""
    text = " ".join(cell.split())
    if not text or len(text) > _MOST_VALUE + _LONGEST_LABEL:
        return text, None, False
    label = _label(text)
    return text, label, label is None and (":" in text or "：" in text)


# Cells of forms are labels of the same few kinds in every document.
@lru_cache(maxsize=1 << 12)
def _label(text: str) -> str | None:
    if len(text) > 3 * _LONGEST_LABEL:
        return None
    plain = re.sub(r"[\s:：\[\]【】]", "", text)
    return _attribute_of().get(plain) if len(plain) <= _LONGEST_LABEL else None


def _is_value(text: str) -> bool:
    plain = re.sub(r"[\s:：\[\]【】]", "", text)
    return bool(plain) and len(text) <= _MOST_VALUE and plain not in _attribute_of() and not _labelled().match(text.strip())
