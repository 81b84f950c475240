"""Damage around rows and tables: pages cut, chrome, prose with figures, tables moved, doubled, added.

Here: what stands between and beside. Not here: cells, rows, columns.
"""

from random import Random

from dagster_project.synthesis.damage.kinds import any_row, any_table, damage, labelled
from dagster_project.synthesis.damage.rows import cut_table
from dagster_project.synthesis.layout import Layout
from dagster_project.synthesis.pages import (
    Label,
    Line,
    Page,
    PageRow,
    PageTable,
    Value,
    copied_row,
    make_page,
    number_in,
)
from dagster_project.synthesis.truth import YEARS, make_truth

_PAGE_MARKS = ("- 4 -", "— 5 —", "-6-", "第 3 页", "第3页 共12页", "4 / 12", "7")
_CHROME = (
    "阅读次数：123",
    "浏览量：1024次",
    "首页 政务公开 通知公告 2022年 2023年",
    "打印本页 关闭窗口",
    "【字体：大 中 小】",
    "2022-01-17 10:20",
    "咨询电话：0591-23165385",
    "分享到：微信 微博",
    "相关附件：1",
)
_CHROME_BESIDE = ("阅读次数：123", "打印", "123次", "5件", "（略）", "↑返回顶部", "0", "12", "注：3")
_PROSE = (
    "全年作出行政许可{}件，行政处罚{}件，行政强制{}件。",
    "其中行政处罚{}件（行政强制{}件）、行政许可{}件。",
    "（行政处罚{}件、行政许可{}件，行政强制{}件）",
    "收到申请{}件，予以公开{}件，部分公开{}件。",
    "依申请公开方面，重复申请{}件、信访举报投诉类申请{}件，结转下年度继续办理{}件。",
    "行政复议{}件，结果维持{}件，结果纠正{}件，尚未审结0件。",
    "规章{}件，行政规范性文件{}件，现行有效件数{}件。",
    "新制作规范性文件：{}件；上一年项目数量：{}；行政事业性收费：{}万元。",
)
_NOTES = ("（其中网上3件）", "（注2）", "（含12月）", "[1]", "（2021年）", "（单位：件）", "：", " *")


@damage
def page_mark_between_rows(page: Page, random: Random) -> bool:
    """A page's number between two rows, the table going on below it with or without its head."""
    table = any_table(page, random, lambda each: len(each.body()) > 1)
    if table is None:
        return False
    return _line_between(page, table, random, random.choice(_PAGE_MARKS), random.random() < 0.4)


@damage
def chrome_between_rows(page: Page, random: Random) -> bool:
    table = any_table(page, random, lambda each: len(each.body()) > 1)
    if table is None:
        return False
    return _line_between(page, table, random, random.choice(_CHROME), False)


def _line_between(page: Page, table: PageTable, random: Random, text: str, head_again: bool) -> bool:
    row = random.choice(table.body()[:-1])
    place = next(at for at, each in enumerate(table.rows) if each is row)
    head = [copied_row(each) for each in table.rows if not each.values] if head_again else []
    rest = cut_table(page, table, place, Line(text, table.part), [row], [])
    rest.rows[:0] = head
    if head:
        for each in page.tables(table.name, table.part):
            each.heads_fixed = each.heads_fixed or each.heads is table.heads
    return True


@damage
def page_mark_in_row(page: Page, random: Random) -> bool:
    """A page that ends inside a row: some of its values below the page's number."""
    chosen = any_row(page, random, lambda row: len(row.values) > 1)
    if chosen is None:
        return False
    table, row = chosen
    place = next(at for at, each in enumerate(table.rows) if each is row)
    cut = random.randrange(0, len(row.values))
    below = PageRow([Label("") for _ in row.labels], row.values[cut:], row.after)
    row.values, row.after = row.values[:cut], []
    cut_table(page, table, place, Line(random.choice(_PAGE_MARKS), table.part), [row], [below])
    return True


@damage
def chrome_beside_row(page: Page, random: Random) -> bool:
    """Something of the page beside a row's last value, or glued to it."""
    chosen = any_row(page, random)
    if chosen is None:
        return False
    row = chosen[1]
    text = random.choice(_CHROME_BESIDE)
    if text.isdigit() and not row.after:
        # One value too many: which of them is none nobody can tell.
        row.values.append(Value(text, number_in(text)))
        chosen[0].place(row)
    else:
        row.after.append(Label(text))
    return True


@damage
def prose_with_figures(page: Page, random: Random) -> bool:
    """A sentence that states other figures beside words that are labels of the form."""
    text = random.choice(_PROSE).format(*(random.choice((0, 1, 3, 17, 100, 2048)) for _ in range(3)))
    part = page.blocks[0].part
    page.blocks.insert(random.randrange(1, len(page.blocks) + 1), Line(text, part))
    return True


@damage
def note_at_label(page: Page, random: Random) -> bool:
    chosen = any_row(page, random, labelled)
    if chosen is None:
        return False
    label = next(label for label in reversed(chosen[1].labels) if label.role == "row")
    label.text += random.choice(_NOTES)
    return True


@damage
def swap_tables(page: Page, random: Random) -> bool:
    tables = page.tables(part=0)
    if len(tables) < 2:
        return False
    one, two = random.sample(tables, 2)
    swapped = {id(one): two, id(two): one}
    page.blocks = [swapped.get(id(block), block) for block in page.blocks]
    for table in page.tables():
        table.joined = False
    return True


@damage
def break_off(page: Page, random: Random) -> bool:
    """The document breaks off behind a row, or inside it."""
    chosen = any_row(page, random)
    if chosen is None:
        return False
    table, row = chosen
    place = next(at for at, each in enumerate(table.rows) if each is row)
    del table.rows[place + 1 :]
    kept = random.randrange(len(row.values) + 1)
    row.values, row.after = row.values[:kept], []
    del page.blocks[next(at for at, block in enumerate(page.blocks) if block is table) + 1 :]
    return True


@damage
def drop_table(page: Page, random: Random) -> bool:
    table = any_table(page, random)
    if table is None:
        return False
    page.blocks = [block for block in page.blocks if block is not table]
    return True


@damage
def duplicate_table(page: Page, random: Random) -> bool:
    """The same table twice, as where a page carries a report's text and its attachment."""
    table = any_table(page, random)
    if table is None:
        return False
    _add(page, random, _twin(table))
    return True


@damage
def table_with_other_figures(page: Page, random: Random) -> bool:
    """The same table with some other figures, as last year's for comparison."""
    table = any_table(page, random)
    if table is None:
        return False
    twin = _twin(table)
    for row in twin.body():
        for value in row.values:
            if value.number is not None and random.random() < 0.5:
                value.text = str(abs(int(value.number)) + random.choice((1, 2, 5)))
                value.number = number_in(value.text)
    _add(page, random, twin)
    return True


def _twin(table: PageTable) -> PageTable:
    only = Page([table], [])
    return only.copy().blocks[0]


def _add(page: Page, random: Random, table: PageTable) -> None:
    table.joined = False
    own = [at for at, block in enumerate(page.blocks, start=1) if block.part == table.part]
    place = random.choice(own)
    page.blocks.insert(place, table)
    for block in page.blocks[place + 1 : place + 2]:
        if isinstance(block, PageTable):
            block.joined = False
    if random.random() < 0.5:
        page.blocks.insert(place, Line("上年情况", table.part))


@damage
def second_report(page: Page, random: Random) -> bool:
    """Another report after the first, of another body or another year, with its title or without."""
    if len(page.parts) > 1:
        return False
    first = page.parts[0]
    form = random.choice(sorted(YEARS))
    same_body = random.random() < 0.6
    years = [year for year in YEARS[form] if year != first.year]
    truth = make_truth(
        f"second:{random.random()}", form, body=first.body if same_body else None, year=random.choice(years)
    )
    layout = Layout.random(random.randrange(10**9), oddity=0.1, office_work=False)
    other = make_page(truth, layout, random)
    if random.random() < 0.3:
        other.blocks = [block for block in other.blocks if isinstance(block, PageTable)]
    for block in other.blocks:
        block.part = 1
    page.blocks += other.blocks
    page.parts += other.parts
    return True
