"""Names of bodies: one identifier for every way to write one, and what a name tells."""

import pytest

from dagster_project.bodies import names, regions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("贵阳市", "贵阳市人民政府"),
        ("贵阳市政府", "贵阳市人民政府机关"),
        ("贵阳市人民政府办公厅", "贵阳市政府办公室"),
        ("湛河区城市管理局", "平顶山市湛河区城管局"),
        ("福州市鼓楼区财政局", "福建省福州市鼓楼区财政局"),
        ("平潭综合实验区", "平潭综合实验区管委会"),
        ("平潭综合实验区管理委员会", "平潭综合实验区党工委管委会"),
        ("平潭综合实验区财金局", "平潭综合实验区财政金融局"),
        ("青溪镇", "青溪镇人民政府"),
        ("新桥街道", "新桥街道办"),
        ("上海市長寧區", "长宁区"),
        ("国家新闻出版署（国家版权局）", "国家版权局"),
        ("贵州省发改委", "贵州省发展和改革委员会"),
        # a county that became a city, a district that was renamed: one history
        ("滦县财政局", "滦州市财政局"),
        ("襄樊市", "襄阳市人民政府"),
    ],
)
def test_two_ways_to_write_a_name_are_one_body(one, other):
    assert names.body_id(one) == names.body_id(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("贵阳市人民政府", "贵阳市人民政府办公厅"),
        ("平潭综合实验区", "平潭综合实验区管委会办公室"),
        ("平潭县公安局", "平潭综合实验区公安局"),
        ("南京市鼓楼区财政局", "福州市鼓楼区财政局"),
        ("朝阳市", "北京市朝阳区"),
        ("国家税务总局镜湖区税务局", "镜湖区税务局"),
        ("长沙市", "长沙县"),
    ],
)
def test_two_bodies_keep_two_identifiers(one, other):
    assert names.body_id(one) != names.body_id(other)


def test_a_name_shared_by_places_is_decided_by_what_else_is_said():
    assert names.take_apart("鼓楼区财政局").place is None
    assert names.body_id("鼓楼区财政局", "南京市鼓楼区门户网站") == names.body_id("南京市鼓楼区财政局")
    # both named: nothing is decided
    assert names.take_apart("鼓楼区财政局", "南京市 福州市").place is None


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("贵阳市", "region", "prefecture"),
        ("贵州省人民政府", "government", "province"),
        ("贵州省人民政府办公厅", "office", "province"),
        ("湛河区城市管理局", "department", "county"),
        ("青溪镇人民政府", "township", "township"),
        ("湛河区轻工路街道办事处", "street", "township"),
        ("杭州钱江经济开发区", "zone", "unknown"),
        ("解放碑中央商务区管委会", "zone", "unknown"),
        ("国家税务总局芜湖市镜湖区税务局", "vertical_branch", "county"),
        ("襄阳市生态环境局宜城分局", "dispatched_office", "prefecture"),
        ("定西市公共资源交易中心", "institution", "prefecture"),
        ("应急管理部", "department", "national"),
        ("贵州省国有资产监督管理委员会", "department", "province"),
        ("某些文字", "unknown", "unknown"),
    ],
)
def test_a_name_tells_kind_and_level(name, kind, level):
    assert (names.kind(name), names.level(name)) == (kind, level)


@pytest.mark.parametrize("name", ["公安局", "财金局", "区城市管理局", "市场监督管理局", "县人民政府办公室", "高新区财政局", "市司法局"])
def test_a_name_without_a_place_is_bare(name):
    assert names.is_bare(name)


@pytest.mark.parametrize("name", ["平潭县公安局", "溪口县财政局", "新桥街道办事处", "应急管理部", "贵阳市", "溪口综合实验区公安局"])
def test_a_name_with_a_place_is_not(name):
    assert not names.is_bare(name)


def test_a_bare_name_is_completed_only_by_a_name_that_ends_with_it():
    assert names.completes("平潭县公安局", "公安局")
    assert names.completes("湛河区城市管理局", "区城市管理局")
    assert not names.completes("平潭县财政局", "公安局")
    assert not names.completes("市公安局", "公安局")


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("湛河区城市管理局", "湛河区人民政府"),
        ("湛河区人民政府", "平顶山市人民政府"),
        ("平顶山市人民政府", "河南省人民政府"),
        ("襄阳市生态环境局宜城分局", "襄阳市生态环境局"),
        ("平潭综合实验区公安局", "平潭综合实验区管委会"),
        ("国家税务总局芜湖市镜湖区税务局", "国家税务总局芜湖市税务局"),
    ],
)
def test_a_name_tells_the_body_above(name, parent):
    assert names.parent_id(name) == names.body_id(parent)


def test_a_province_has_no_body_above_that_its_name_tells():
    assert names.parent_id("河南省人民政府") is None


def test_no_two_places_share_what_tells_them_apart():
    lines: dict[str, set[str]] = {}
    for each in regions.places().values():
        for place in each:
            lines.setdefault(place.line, set()).add(place.code[:2])
    assert {line: provinces for line, provinces in lines.items() if len(provinces) > 1} == {}


def test_the_present_list_is_complete():
    """333 prefectures at the end of 2022 and since, 34 provinces; counties change by a few a year."""
    present = regions.table().filter(regions.table()["valid_to"].is_null())
    counts = dict(present.group_by("level").len().iter_rows())
    assert counts["province"] == 34
    assert counts["prefecture"] == 333
    assert 2840 <= counts["county"] <= 2860


def test_every_division_lies_in_one_that_is_listed():
    table = regions.table()
    codes = set(table["region_code"])
    assert set(table["parent_code"].drop_nulls()) <= codes
    assert (table.filter(level="province")["parent_code"].is_null()).all()


def test_validity_runs_forward():
    table = regions.table().drop_nulls(["valid_from", "valid_to"])
    assert (table["valid_from"] < table["valid_to"]).all()
