"""How reports state figures in sentences: the patterns of claims, and what makes a sentence no claim of the report's own.

Here: regular expressions over text without white space, one per way to say a thing. Not here: comparison with the tables and
what a claim may mean (``claims``, forms/registry/claim_readings.csv).

Precision comes first: a sentence that is missed is a check not made, a sentence that is misread accuses a report. So a
pattern holds the whole phrase from its verb to its unit, with nothing between but what the phrase needs; numbers with 余, of
part of a year, of another year, of another body or of one channel are left alone.
"""

import re
from dataclasses import dataclass
from typing import Literal

_DIGITS = r"\d{1,3}(?:[,，]\d{3})+|\d+"
# A count: the whole number, and what shows that it is exact and no date.
NUMBER = rf"(?P<number>(?<![\d.]){_DIGITS})(?![\d.%％‰]|余|多|几|年|月|日|号)"
_UNIT = r"(?:件次|件|宗|条|份|起|例|个|次|项)"
COUNT = NUMBER + _UNIT
_DOCUMENTS = NUMBER + r"(?:件|份|个|部|项)"
_JOIN = r"(?:总数|数量|数|共计|共有|总计|合计|累计|共|计|各类|为|达到|达|有|[:：])*"
# The request itself, in every order of its words, and nothing that narrows it down.
_REQUEST = (
    r"(?:政府|政务)?(?:信息)?(?:依申请公开|依申请|公开)?(?:政府)?(?:信息)?(?:的)?(?:依)?申请(?:公开)?(?:政府)?(?:信息)?(?:公开)?"
    r"(?:件|书|(?:办理)?事项|事件|案件)?"
)
_SOMEBODY = (
    r"(?:(?:各类|各种|任何形式的?|任何|有效|书面|本年度|社会公众|社会|群众|公众|公民、法人(?:和|或|及|或者)其他组织|公民|申请人|有关|相关|提出的|提交的|的"
    r"|通过[^，。；:：\d]{1,20}(?:提交|递交|提出)的))*"
)
_NEXT_YEAR = r"(?:下一?年度?|次年度?|明年|(?P<next>20\d\d)年度?)"
_LAST_YEAR = r"(?:上一?年度?|去年|(?P<last>20\d\d)年度?)"
_RULES_DOCUMENTS = r"(?:的|了)?(?:行政|政府)?规范性文件"
_REGULATIONS = r"(?:的|了)?(?:政府|部门)?规章"
_CASES = r"(?:申请|案件|案|事项)?"
_END = r"(?=[，,。；;、]|$)"


@dataclass(frozen=True)
class Pattern:
    """One way to state a figure.

    ``about``: what the sentence must be about for the phrase to count (``requests``, ``disputes`` or anything). ``whose``:
    whether words between the start of the clause and the phrase may tell of another body or of a part (``checked``), or the
    phrase is about a part anyway (``part``).
    """

    subject: str
    expression: re.Pattern[str]
    about: Literal["requests", "disputes", ""] = ""
    whose: Literal["checked", "part"] = "part"
    zero: bool = False


def _pattern(subject: str, expression: str, **how: str | bool) -> Pattern:
    return Pattern(subject, re.compile(expression), **how)


# Received and disposed of in one breath is received all the same.
_RECEIVED = (
    r"(?:新收到|收到|新收|新受理|受理|接收|接到|收悉)(?:并(?:全部|已|均|按时|按期|及时|依法|依规)*(?:办结|办理|答复|处理|回复))?"
)
_DISPOSED = r"(?:办结|答复|回复|办理完毕)(?:了)?"
_FAMILY = r"(?:的)?(?:" + _REQUEST + r"|答复|类)?(?:的)?" + _JOIN + COUNT
_PERSON = r"(?:申请人|申请|提出的?|提交的?)?(?:的)?(?:" + _REQUEST + r")?" + _JOIN + COUNT

# In this order: what an earlier pattern took is not looked at again.
PATTERNS = (
    _pattern(
        "carried_in",
        rf"{_LAST_YEAR}(?:度)?(?:转?结转|结余|转入)(?:至|到|入)?(?:本年度?|今年|20\d\d年度?)?(?:继续)?(?:办理|处理)?(?:的)?(?:{_REQUEST})?{_JOIN}{COUNT}",
        about="requests",
    ),
    _pattern("carried_in", rf"(?<!将)结转{_LAST_YEAR}(?:度)?(?:继续)?(?:办理|处理)?(?:的)?(?:{_REQUEST})?{_JOIN}{COUNT}", about="requests"),
    _pattern(
        "carried_out",
        rf"(?:结转|转|顺延|延续)(?:至|到|入)?{_NEXT_YEAR}(?:度)?(?:继续)?(?:办理|处理|答复)?(?:的)?(?:{_REQUEST})?{_JOIN}{COUNT}",
        about="requests",
    ),
    _pattern(
        "carried_out",
        rf"{COUNT}(?:{_REQUEST})?[^，,。；;、\d]{{0,14}}(?:结转|顺延|延续)(?:至|到|入)?{_NEXT_YEAR}",
        about="requests",
    ),
    _pattern("handled", rf"(?:办理|处理)(?:了)?{_SOMEBODY}{_REQUEST}{_JOIN}{COUNT}", whose="checked"),
    _pattern("handled", rf"办理(?:了)?{_JOIN}{COUNT}(?:{_REQUEST})?", about="requests", whose="checked"),
    _pattern("received", rf"{_RECEIVED}(?:了)?{_SOMEBODY}{_REQUEST}{_JOIN}{COUNT}", whose="checked"),
    _pattern("received", rf"{_RECEIVED}(?:了)?{COUNT}{_REQUEST}", whose="checked"),
    _pattern("disposed", rf"{_DISPOSED}{_SOMEBODY}{_REQUEST}{_JOIN}{COUNT}", whose="checked"),
    _pattern("disposed", rf"{_DISPOSED}{_JOIN}{COUNT}(?:{_REQUEST})?", about="requests", whose="checked"),
    _pattern("disclosed", rf"予以公开(?:和|及|与|、|或|以及)(?:予以)?部分公开{_FAMILY}", about="requests"),
    _pattern("partially_granted", rf"(?<![和及与、或])部分公开{_FAMILY}", about="requests"),
    _pattern("granted", rf"(?<!不)予以公开{_FAMILY}", about="requests"),
    _pattern("refused", rf"不予公开{_FAMILY}", about="requests"),
    _pattern("unavailable", rf"无法提供{_FAMILY}", about="requests"),
    _pattern("declined", rf"不予处理{_FAMILY}", about="requests"),
    _pattern("other", rf"其他处理{_FAMILY}", about="requests"),
    _pattern("natural_person", rf"自然人{_PERSON}", about="requests"),
    _pattern("organisation", rf"法人(?:和|或|及|或者|、)其他组织{_PERSON}", about="requests"),
    _pattern("business", rf"商业企业{_PERSON}", about="requests"),
    _pattern("research", rf"科研机构{_PERSON}", about="requests"),
    _pattern("public_interest", rf"社会公益组织{_PERSON}", about="requests"),
    _pattern("legal_services", rf"法律服务机构{_PERSON}", about="requests"),
    _pattern(
        "disputes",
        rf"行政复议(?:和|及|与|、|或|以及)(?:被?提起)?(?:行政)?诉讼{_CASES}{_JOIN}{COUNT}",
        about="disputes",
        whose="checked",
    ),
    _pattern("review", rf"行政复议{_CASES}{_JOIN}{COUNT}", about="disputes", whose="checked"),
    _pattern("litigation", rf"(?:行政)?诉讼{_CASES}{_JOIN}{COUNT}", about="disputes", whose="checked"),
    _pattern(
        "normative_documents_in_force",
        rf"现行有效{_RULES_DOCUMENTS}{_JOIN}{_DOCUMENTS}",
        whose="checked",
    ),
    _pattern(
        "normative_documents_repealed",
        rf"(?:废止|废除){_RULES_DOCUMENTS}{_JOIN}{_DOCUMENTS}",
        whose="checked",
    ),
    _pattern(
        "normative_documents_issued",
        rf"(?:制定印发|制定出台|制定发布|制发|制定|印发|出台){_RULES_DOCUMENTS}{_JOIN}{_DOCUMENTS}",
        whose="checked",
    ),
    _pattern("regulations_in_force", rf"现行有效{_REGULATIONS}{_JOIN}{_DOCUMENTS}", whose="checked"),
    _pattern("regulations_repealed", rf"(?:废止|废除){_REGULATIONS}{_JOIN}{_DOCUMENTS}", whose="checked"),
    _pattern(
        "regulations_issued",
        rf"(?:制定出台|制定发布|制发|制定|出台){_REGULATIONS}{_JOIN}{_DOCUMENTS}",
        whose="checked",
    ),
    _pattern("licences", rf"(?:作出|做出)(?:的)?行政许可(?:处理)?(?:决定)?{_JOIN}{COUNT}", whose="checked"),
    _pattern("penalties", rf"(?:作出|做出)(?:的)?行政处罚(?:处理)?(?:决定)?{_JOIN}{COUNT}", whose="checked"),
    _pattern("coercions", rf"(?:作出|做出|实施)(?:的)?行政强制(?:处理)?(?:决定|措施)?{_JOIN}{COUNT}", whose="checked"),
    _pattern(
        "fees",
        r"(?:收取|征收)?行政事业性收费(?:收入|金额|总额|总金额)?(?:共计|总计|合计|共|为|达)*(?P<number>(?<![\d.])\d+(?:\.\d+)?)(?P<unit>亿元|万元|元)",
        whose="checked",
    ),
)

# Nothing received, nothing disputed: zero in words, the whole clause long.
_NONE = r"(?:未|没有|尚未|无)"
ZEROS = (
    _pattern("received", rf"无(?:新收)?{_REQUEST}{_END}", whose="checked", zero=True),
    _pattern(
        "received",
        rf"{_NONE}(?:收到|接到|受理|接收)(?:过|到|任何)*{_SOMEBODY}{_REQUEST}{_END}",
        whose="checked",
        zero=True,
    ),
    _pattern(
        "review litigation",
        rf"{_NONE}(?:发生|收到|出现|产生|引起|被)?[^，,。；;\d]{{0,24}}行政复议(?:申请|案件|情况)?(?:和|及|与|、|或|以及)(?:被?提起)?(?:行政)?诉讼(?:的|等)*(?:申请|案件|情况|事项|现象)*{_END}",
        about="disputes",
        whose="checked",
        zero=True,
    ),
    _pattern(
        "review",
        rf"{_NONE}(?:发生|收到|出现|产生|引起|被)?[^，,。；;、\d]{{0,24}}行政复议(?:的|等)*(?:申请|案件|情况|事项|现象)*{_END}",
        about="disputes",
        whose="checked",
        zero=True,
    ),
    _pattern(
        "litigation",
        rf"{_NONE}(?:发生|收到|出现|产生|引起|被)?[^，,。；;、\d]{{0,24}}行政诉讼(?:的|等)*(?:申请|案件|情况|事项|现象)*{_END}",
        about="disputes",
        whose="checked",
        zero=True,
    ),
)

# Everything disposed of, said of requests.
ALL_DISPOSED = re.compile(
    r"(?:均已?|全部|已全部|都已?)(?:依法|按时|按期|及时|依规|按规定|在规定(?:期限|时限|时间)内|在法定(?:期限|时限|时间)内)*(?:予以)?办结(?!率)"
)
REQUESTS_FOR_INFORMATION = re.compile(r"依申请公开|公开[^，,。；;\d]{0,4}申请")
NOT_ALL = re.compile(r"结转|顺延|延期|下年|次年|除")
# Directly behind a count: its share of all.
PERCENTAGE = re.compile(r"^[，,]?(?:占(?:比)?|约占)(?:总数|全部|总量|申请总数|办结总数|答复总数|申请总量)?(?:的)?(?:为)?(?P<percent>\d+(?:\.(?P<decimals>\d+))?)[%％]")

# What a sentence must hold to be about requests for information, or about disputes over them.
ABOUT = {
    "requests": re.compile(r"申请|办结|答复|(?:予以|部分|不予)公开.*(?:不予公开|无法提供|不予处理|其他处理)"),
    "disputes": re.compile(r"信息公开|依申请|申请公开|因政府信息"),
}
# Said of cases by an organ that decides or handles them, not of cases against the body.
DECIDING = re.compile(r"受理|办理|审理|办结|审结|处理|代理")
# Figures of other things that are received, answered and counted in pieces too.
FOREIGN = re.compile(
    r"提案|建议案|议案|人大代表|留言|热线|12345|信箱|信访|投诉|举报|诉求|咨询|工单|来信|来访|来电|网民|数字化|舆情|稿|篇|平台接入|好差评"
)
# Another time than the report's year.
OTHER_TIME = re.compile(
    r"上半年|下半年|[一二三四]季度|第[一二三四1-4]季|每月|每季|每年|月均|年均|历年|往年|近年|[近过]去?[两二三四五六几]年|截至|截止|以来|去年同期|上年同期"
    r"|1[-—–至到~][1-9]月|1[-—–至到~]1[01]月|(?<!\d)(?:[2-9]|1[0-2])月|1月(?!1日)"
)
# A comparison with another year, up to the end of its clause.
COMPARED = re.compile(r"(?:同比|环比|较上年|比上年|较去年|比去年|与上年相比|与去年相比|较20\d\d年|比20\d\d年)(?:度|同期)?[^，。；]*")
YEAR = re.compile(r"(?<!\d)(20\d\d)年")
THIS_PERIOD = re.compile(r"1月1日(?:起)?(?:至|到|-|—|–|~)+(?:20\d\d年)?12月31日(?:止)?|今年以来|本年以来|一年以来|年初以来")
# Words before a phrase that say nothing about whose figure it is.
IDLE = re.compile(
    r"(?<!\d)\d{1,2}[.．、]|20\d\d年?度?|本年度?|全年度?|当年度?|今年|年度|年内|期间|报告期内?|统计期内|一年来|总共|共计|累计|合计|总计|共有|共|其中|截至年底"
    r"|依法依规|依法|依规|及时|认真|规范|严格|妥善|积极|稳妥|高效|圆满|按时|按期|按规定|按照规定|动态更新|发布|更新|清理|集中|梳理|公布"
    r"|受理|办理|处理|答复|收到|通过[^，。；、]{0,12}(?:、[^，。；、]{1,12})*等(?:多种|各种|各类)?(?:渠道|方式|途径|形式)|通过(?:各类|各种|多种)?渠道"
    r"|因|政府|政务|信息|公开|依申请|申请|工作|类|涉及|引起|引发|被|提起|发生|产生|出现|有关|相关|案件|方面|情况|其他"
    r"|在|于|已|均|新|了|来|中|里|，|,|、|并|且|的"
)
# The report's own body, or all that it speaks for.
_BODIES = (
    r"(?:省|自治区|市|自治州|州|盟|县|区|旗|镇|乡|街道办?|街|局|委办|委|厅|办公室|办|院|部|署|所|中心|单位|机关|部门|系统|管委会|园区|开发区|新区|级|校"
    r"|社区|集团|队|站|馆|会|社|公司)"
)
OWN = re.compile(
    rf"(?:我|本|全){_BODIES}+(?:各级|各职能部门|各部门|各单位|各镇街|各乡镇|各街道|行政机关|政府|机关|职能部门|部门|单位|、|和|及|镇街|乡镇|街道)*"
    r"|各级(?:各部门|各单位|行政机关|人民政府|政府|机关|部门|单位|、|和|及)*"
)
