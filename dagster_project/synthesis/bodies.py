"""Invented reporting bodies.

Here: names put together from invented places and the usual departments, so many that no archive names a body twice by
accident. Not here: any real body, nor what a name tells (``dagster_project.bodies``).
"""

from random import Random

# Characters that are rare in the names of real counties; no pair of the two lists is a county, district or city.
_PLACE_FIRST = "栀澍菡璟翎漪霁晗樾珩翊旻筱缃荻绾瑾璎"
_PLACE_SECOND = "川宁泽阳洲水岭城山江溪平"
_PLACE_KINDS = ("县", "区", "市")
_DEPARTMENTS = (
    "人民政府",
    "人民政府办公室",
    "发展和改革委员会",
    "教育局",
    "科学技术局",
    "工业和信息化局",
    "民政局",
    "司法局",
    "财政局",
    "人力资源和社会保障局",
    "自然资源局",
    "生态环境局",
    "住房和城乡建设局",
    "交通运输局",
    "水利局",
    "农业农村局",
    "商务局",
    "文化和旅游局",
    "卫生健康委员会",
    "退役军人事务局",
    "应急管理局",
    "审计局",
    "市场监督管理局",
    "统计局",
    "医疗保障局",
    "城市管理局",
    "行政审批服务局",
    "信访局",
    "林业局",
    "人民防空办公室",
    "政务服务和数据管理局",
    "乡村振兴局",
)
_TOWN_FIRST = "桐柏芦槐枫苇榆杏葵茭棠蓼"
_TOWN_SECOND = "河桥坪埠岗塘"
_TOWN_KINDS = ("镇人民政府", "乡人民政府", "街道办事处")

_PLACES = tuple(a + b + kind for kind in _PLACE_KINDS for a in _PLACE_FIRST for b in _PLACE_SECOND)
_TOWNS = tuple(
    a + b + _TOWN_KINDS[(i + j) % len(_TOWN_KINDS)]
    for i, a in enumerate(_TOWN_FIRST)
    for j, b in enumerate(_TOWN_SECOND)
)
_UNITS = _DEPARTMENTS + _TOWNS

COUNT = len(_PLACES) * len(_UNITS)
# Prime to COUNT: neighbouring numbers give bodies of different places and kinds, and no name comes twice.
_STRIDE = 40507


def invented(number: int) -> str:
    """Return the name of invented body ``number``; names are distinct for 0 <= number < COUNT."""
    place, unit = divmod(number * _STRIDE % COUNT, len(_UNITS))
    return _PLACES[place] + _UNITS[unit]


def any_invented(random: Random) -> str:
    """Return the name of one invented body."""
    return invented(random.randrange(COUNT))
