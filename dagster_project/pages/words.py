"""The words of the pages: Chinese for each code of the published tables, with a short English gloss.

Here: vocabularies that the published tables close. Not here: labels of the forms, which the registry has (``layout``).
"""

STATUSES = {
    "number": ("数字", "number"),
    "noted": ("带附注", "number with a note"),
    "segmented": ("切分所得", "cut out of glued digits, one way only"),
    "blank": ("空白", "blank, which is not zero"),
    "mark": ("符号", "a mark such as / or 无"),
    "ambiguous": ("无法判定", "cannot be decided"),
    "absent": ("缺失", "not in the document"),
    "illegible": ("无法辨认", "illegible"),
}
SCOPES = {
    "own": "本机关 <small lang=en>own figures</small>",
    "government_organ": "政府机关汇总 <small lang=en>government organ</small>",
    "level": "本级汇总 <small lang=en>this level</small>",
    "region": "本行政区域汇总 <small lang=en>whole region</small>",
    "system": "本系统汇总 <small lang=en>whole system</small>",
    "unknown": "未知 <small lang=en>unknown</small>",
}
VERSIONS = {
    "current": "现行版本 <small lang=en>current</small>",
    "superseded": "已被更新 <small lang=en>superseded</small>",
    "rendition": "同一版本的另一文件 <small lang=en>rendition</small>",
    "unofficial_copy": "非政府网站的副本 <small lang=en>unofficial copy</small>",
    "unofficial": "非政府网站，不计入 <small lang=en>unofficial, counts nowhere</small>",
}
LANES = {
    "fast": "快速通道 <small lang=en>fast lane</small>",
    "careful": "细读通道 <small lang=en>careful lane</small>",
}
FAMILIES = {
    "equation": "等式",
    "blank_as_zero": "等式（空白按零计）",
    "expectation": "应有关系",
    "range": "数值范围",
    "prose": "正文与表格",
    "plausibility": "合理性",
    "similarity": "文本雷同",
    "continuity": "跨年衔接",
    "intake": "收录",
}
BLAME = {
    "source": "错在原文 <small lang=en>the source</small>",
    "reading": "错在读取 <small lang=en>the reading</small>",
    "undecided": "原因未定 <small lang=en>undecided</small>",
}
PATTERNS = {
    "single_cell": "一格之误，位置确定",
    "row_shift": "行错位",
    "column_shift": "列错位",
    "rows_exchanged": "两行互换",
    "whole_column": "整列有误",
    "total_in_two_columns": "合计落入两列",
    "compensating": "相互抵消的两处",
    "two_cells": "两格之误",
    "several": "多处之误",
    "unexplained": "无从解释",
}
VERDICTS = {
    "confirmed": "人工复核：属实 <small lang=en>confirmed</small>",
    "dismissed": "人工复核：不成立 <small lang=en>dismissed</small>",
    "outdated": "复核所据数值已变 <small lang=en>verdict outdated</small>",
}
# Sets of terms that an equation of the registry adds up.
SETS = {
    "@outcomes": "各项办理结果之和",
    "@applicant_types": "各类申请人之和",
    "@results": "各种结果之和",
}
# Rows and columns that no table of members names.
GLOSSES = {
    "received": "Received in the year",
    "carried_in": "Carried in from last year",
    "disposed": "Disposed of, total",
    "carried_out": "Carried out to next year",
    "total": "Total",
    "refused": "Refused",
    "unavailable": "Unavailable",
    "declined": "Declined",
    "other": "Other handling",
}
TABLES = {
    "disclosure": ("主动公开政府信息情况", "Proactive disclosure"),
    "requests": ("收到和处理政府信息公开申请情况", "Requests received and handled"),
    "remedies": ("政府信息公开行政复议、行政诉讼情况", "Review and litigation"),
}
