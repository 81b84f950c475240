"""The sentences of a synthetic report.

Here: titles, opening, six chapters, in our own words, with figures that agree with the tables. Not here: markup. A paragraph
for padding says as little as such paragraphs say.
"""

from datetime import date
from random import Random

from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.truth import ReportTruth

_HEADINGS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
_NUMERALS = "一二三四五六"
_TOPICS = ("主动公开", "依申请公开", "政府信息管理", "公开平台建设", "监督保障")
# Who, how, what and to what end; every combination reads as a sentence.
_WHO = ("各科室", "办公室", "经办人员", "分管领导", "法规科", "信息员", "值班窗口")
_HOW = (
    "按月核对目录",
    "对照清单逐条检查",
    "在发布前交叉审读",
    "每周汇总一次进度",
    "结合来电记录补充说明",
    "把常见疑问整理成问答",
    "用表格登记每一步的时间",
)
_WHAT = (
    "更新了办事指引",
    "补上了缺少的附件",
    "撤换了失效的链接",
    "统一了栏目名称",
    "理清了文件的有效期",
    "写明了联系方式",
    "保存了发布时的底稿",
)
_END = (
    "方便群众查找",
    "减少了重复询问",
    "让办理过程有据可查",
    "使旧文件不再误导读者",
    "缩短了等待的时间",
    "便于以后核对",
)
_PROBLEMS = (
    "个别栏目更新不够及时",
    "文件解读的文字偏长",
    "经办人员更换后衔接不紧",
    "检索功能对旧文件支持不足",
    "数据登记的口径需要再统一",
)


def printed_title(truth: ReportTruth, layout: Layout) -> str:
    """Return the title as the layout prints it."""
    body, year = truth.body, truth.report_year
    match layout.title:
        case "year_first":
            return f"{year}年{body}政府信息公开工作年度报告"
        case "no_year_word":
            return f"{body}{year}政府信息公开工作年度报告"
        case "year_and_space":
            return f"{body}{year}年度 政府信息公开工作年度报告"
        case "extra_de":
            return f"{body}{year}年政府信息公开工作的年度报告"
        case "niandu":
            return f"{body}{year}年度政府信息公开工作年度报告"
        case "short":
            return f"{body}{year}年政府信息公开年度报告"
        case _:
            return truth.title


def printed_date(day: date, random: Random) -> str:
    """Return a publication date in one of the usual ways to write it."""
    return random.choice((day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day.strftime("%Y/%m/%d")))


def opening(truth: ReportTruth, layout: Layout) -> list[str]:
    """Return what stands before the first chapter."""
    year = truth.report_year
    notice = "国办公开办函〔2019〕60号" if truth.form == "2019" else "国办公开办函〔2021〕30号"
    period = {
        "from_to": f"本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
        "to_month": f"报告中数据统计期限为{year}年1月1日至12月31日。",
        "dashed": f"数据统计时间：{year}年1月1日—{year}年12月31日。",
        "half_year": f"本表所列数据的统计期限自{year}年1月1日起至{year}年6月30日止。",
    }.get(layout.period, "")
    whose = "本报告汇总了所属部门和乡镇、街道的数据。" if truth.scope == "region" else ""
    return [f"本报告按照政府信息公开条例和{notice}规定的格式编写。{whose}{period}"]


def heading(chapter: int, layout: Layout) -> str:
    """Return the heading of a chapter, 1 to 6."""
    numeral, text = _NUMERALS[chapter - 1], _HEADINGS[chapter - 1]
    match layout.headings:
        case "spaced":
            return f"{numeral}、 {text}"
        case "parts":
            return f"第{numeral}部分 {text}"
        case _:
            return f"{numeral}、{text}"


def chapter(truth: ReportTruth, number: int, layout: Layout, random: Random) -> list[str]:
    """Return the paragraphs of a chapter outside its table."""
    year = truth.report_year
    match number:
        case 1:
            received, disposed = truth.total("received"), truth.total("disposed")
            counted = (
                f"{year}年新收政府信息公开申请{received}件，办结{disposed}件，结转下年{truth.total('carried_out')}件。"
                if received or disposed
                else f"{year}年没有收到政府信息公开申请。"
            )
            if not layout.office_work:
                return [counted]
            topics = [f"（{_NUMERALS[at]}）{topic}。{sentence(random)}" for at, topic in enumerate(_TOPICS)]
            return [topics[0], topics[1] + counted, *topics[2:]]
        case 5:
            if not layout.office_work:
                return ["本章文字从略。"]
            first, second = random.sample(_PROBLEMS, 2)
            return [f"存在的问题：{first}，{second}。", f"下一步打算：{sentence(random)}{sentence(random)}"]
        case 6:
            return ["没有其他需要报告的事项。"]
        case _:
            return []


def sentence(random: Random) -> str:
    """Return one sentence about office work."""
    choice = random.choice
    return f"{choice(_WHO)}{choice(_HOW)}，{choice(_WHAT)}，{choice(_END)}。"


def paragraph(random: Random, sentences: int = 6) -> str:
    """Return one paragraph for padding."""
    return "".join(sentence(random) for _ in range(sentences))
