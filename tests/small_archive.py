"""A small working database, its rows written straight: fictional regions, for the tests of publishing and the site."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from archive.database import open_archive, writing
from archive.fold import count_chars
from archive.home import Home
from archive.outline import outline

REGIONS = {
    "990000": ("示例省", "province", "示例省", None, "示例省"),
    "990100": ("样例市", "prefecture", "示例省", "样例市", "示例省/样例市"),
    "990101": ("甲子区", "county", "示例省", "样例市", "示例省/样例市/甲子区"),
    "990102": ("乙丑区", "county", "示例省", "样例市", "示例省/样例市/乙丑区"),
    "990121": ("丙寅县", "county", "示例省", "样例市", "示例省/样例市/丙寅县"),
}
HOSTILE = '<script>alert("x")</script><b>工作报告</b>'

# Themes give each year words of its own, so that searches differ: 旧改 stands in some years only.
THEMES = {
    2019: "全力推进旧改攻坚，完成二级旧里以下房屋改造１２万平方米，累计受益居民3200户。",
    2020: "深入推进“一网通办”，政务服务事项全程网办率达到95.5%，营商环境评价位居全省前列。",
    2021: "统筹推进水环境治理，新建污水管网18公里，①10个断面水质全部达标。",
    2022: "持续優化營商環境，为市场主体减负14亿元，新增各类企业1.2万户。",
    2023: "大力发展数字经济，建成5G基站860个，数字经济核心产业增加值增长12%。",
    2024: "实施城市更新行动，旧改与历史风貌保护并重，加固水库堤防4公里。",
}

SENTENCES = (
    "坚持稳中求进工作总基调，统筹发展和安全，各项工作取得新的进展。",
    "全年地区生产总值增长6.2%左右，一般公共预算收入完成84.6亿元，规模以上工业增加值增长7.1%。",
    "新建改建道路31条，打通断头路6条，新增公共停车泊位2400个，群众出行更加便利。",
    "加快推进义务教育优质均衡发展，新增学位3600个，校外托管服务覆盖所有小学。",
    "完善养老服务体系，新增养老床位520张，建成社区食堂24家，老年人家庭适老化改造380户。",
    "依法接受人大监督，主动接受政协民主监督，办理代表建议和委员提案286件，办结率100%。",
    "在肯定成绩的同时，我们也清醒看到，产业能级还不够高，公共服务供给仍不平衡，基层治理能力有待提升。",
    "严格落实过紧日子要求，一般性支出压减8%，腾出资金全部用于民生。",
)


def write_report(name: str, level: str, year: int, speaker: str | None) -> str:
    """The text of one made-up report, one paragraph a line."""
    suffix = {"province": "省长", "prefecture": "市长"}.get(level, "区长" if name.endswith("区") else "县长")
    turn = (year * 7 + len(name) * 3 + ord(name[0])) % len(SENTENCES)
    said = [SENTENCES[(turn + step) % len(SENTENCES)] for step in range(len(SENTENCES))]
    lines = [f"{year}年{name}人民政府工作报告", f"——{year}年1月12日在{name}第九届人民代表大会第{year - 2018}次会议上"]
    if speaker:
        lines.append(f"{name}人民政府{suffix} {speaker}")
    lines += [
        "各位代表：",
        "现在，我代表区人民政府，向大会报告政府工作，请予审议，并请列席人员提出意见。",
        f"一、{year - 1}年工作回顾",
        f"过去一年，{said[0]}{said[1]}",
        "（一）发展动能持续增强",
        THEMES[year] + said[2],
        "（二）民生福祉不断改善",
        f"{said[3]}{said[4]}",
        said[5] + said[6],
        f"二、{year}年工作安排",
        f"做好今年工作，要{said[7]}主要预期目标是：地区生产总值增长6%左右。",
        "（一）着力扩大有效需求",
        "谋划实施重大项目120个，年度投资300亿元以上。" + said[2],
        "（二）着力保障和改善民生",
        f"始终把群众的事放在心上。{said[4]}",
        "各位代表！蓝图已经绘就，奋斗正当其时。让我们同心同德，为谱写新篇章而努力奋斗！",
        "名词解释",
        "一网通办：指群众和企业办事只进一张网、只跑一次。",
        "城市更新：指对建成区城市空间形态和功能进行整治、改善、优化的活动。",
    ]
    return "\n".join(lines)


def digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()


class Writer:
    """Writes rows of one small archive; `close` when done."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.db = open_archive(self.home)
        self.numbers = count(1)

    def close(self) -> None:
        self.db.conn.commit()
        self.db.close()

    def add_basis(self) -> None:
        """Regions and sources."""
        for code, (name, level, province, prefecture, path) in REGIONS.items():
            row: dict[str, Any] = {"id": f"{code}-1990", "code": code, "name": name, "level": level}
            row |= {"province": province, "prefecture": prefecture or "", "path": path, "valid_from": 1990}
            self.db.table("regions").insert(row, replace=True)
        sources: list[dict[str, Any]] = [
            {"id": "yangli", "name": "样例市人民政府", "kind": "government", "region": "990100", "expect_from": 2019},
            {"id": "ku", "name": "示例报告库", "kind": "aggregator"},
        ]
        for source in sources:
            start = f"https://www.{source['id']}.example/"
            self.db.table("sources").insert(source | {"start": start, "unverified": 0}, replace=True, alter=False)

    def add_copy(self, report: str, url: str | None, text: str, **fields: Any) -> str:
        """A capture and the copy read from it; returns the copy's id."""
        number = next(self.numbers)
        capture = digest(f"{url} {number}")[:16]
        fetched_at = fields.pop("fetched_at", "2026-03-02T04:05:06Z")
        row: dict[str, Any] = {"id": capture, "url": url, "fetched_at": fetched_at, "status": 200}
        row |= {"last_seen_at": fetched_at, "sha256": digest(f"payload {number}"), "bytes": 20_000}
        row |= {"content_type": "text/html", "verdict": "page"}
        row |= {"warc_file": "yangli-20260302.warc.gz", "warc_offset": number * 9000, "warc_length": 8000}
        self.db.table("captures").insert(row | {"source": fields.get("source")})
        self.add_text(text)
        copy: dict[str, Any] = {"id": f"{capture}-1", "report": report, "capture": capture, "part": 1, "url": url}
        copy |= {"text_sha256": digest(text), "chars": count_chars(text), "complete": 1, "damage": 0}
        copy |= {"relation": "best", "similarity": 1.0, "rank": 1, "why": "official host", "reader": "html #zoom"}
        copy |= {"origin": "official", "seen_from": fetched_at, "seen_until": fetched_at, "source": "yangli"}
        copy |= {"evidence": json.dumps({"year": ["title", "2020年"]}, ensure_ascii=False)}
        self.db.table("copies").insert(copy | fields)
        return str(copy["id"])

    def add_text(self, text: str) -> None:
        self.db.table("texts").insert({"sha256": digest(text), "text": text}, ignore=True)

    def add_report(self, code: str, year: int, text: str | None = None, **fields: Any) -> str:
        """A report with its best copy; returns its id."""
        name, level, province, prefecture, path = REGIONS[code]
        id = fields.pop("id", f"{code}-{year}")
        speaker = fields.get("speaker")
        text = text if text is not None else write_report(name, level, year, speaker)
        url = fields.pop("source_url", f"https://www.yangli.example/zwgk/{code}/{year}.html")
        origin = fields.get("origin", "official")
        best = self.add_copy(id, url, text, origin=origin, region=code, year=year)
        row = {"id": id, "region": code, "region_name": path, "province": province, "prefecture": prefecture}
        row |= {"name": name, "level": level, "year": year, "title": f"{year}年{name}人民政府工作报告"}
        row |= {"delivered_on": f"{year}-01-12", "congress": f"{name}第九届人民代表大会", "session": "第三次会议"}
        row |= {"text_sha256": digest(text), "chars": count_chars(text), "copies": 1, "best_copy": best}
        row |= {"source_url": url, "origin": origin, "trust": "official", "first_seen_at": "2026-03-02T04:05:06Z"}
        row |= {"changed_at": "2026-03-02T04:05:06Z", "n": next(self.numbers)}
        self.db.table("reports").insert(row | fields)
        return str(id)

    def add_problem(self, report: str, code: str, **fields: Any) -> None:
        row = {"id": digest(f"{report}{code}{fields}")[:16], "report": report, "code": code, "severity": "minor"}
        self.db.table("problems").insert(row | fields)

    def add_outline(self, report: str) -> None:
        """Sections and paragraphs of a report, as a build writes them."""
        ((text,),) = self.db.execute(
            "select t.text from texts t join reports r on r.text_sha256 = t.sha256 where r.id = ?", [report]
        ).fetchall()
        sections, paragraphs = outline(text)
        self.db.table("sections").insert_all({"report": report, **asdict(section)} for section in sections)
        self.db.table("paragraphs").insert_all({"report": report, **asdict(paragraph)} for paragraph in paragraphs)


def write_small_archive(root: Path) -> Home:
    """About two dozen reports: copies, damage, a report without title or known time, and one with a hostile title."""
    writer = Writer(root)
    writer.add_basis()
    missing = {("990121", 2020), ("990121", 2021), ("990102", 2019)}
    for code, (_, level, *_) in REGIONS.items():
        for year in sorted(THEMES):
            if (code, year) in missing:
                continue
            writer.add_report(code, year, speaker="赵示例" if level == "county" else None)
    for report in ("990101-2019", "990101-2020", "990100-2024"):
        writer.add_outline(report)
    text = write_report("甲子区", "county", 2020, "赵示例")
    writer.add_copy(
        "990101-2020",
        "https://ku.example/list?id=7&x=<b>",
        text[:600] + "...",
        source="ku",
        origin="aggregator",
        relation="truncated",
        similarity=0.997,
        rank=2,
        why="cut at the end",
        fetched_at=None,
    )
    writer.add_copy(
        "990101-2020",
        None,
        text,
        origin="unknown",
        source=None,
        relation="same",
        rank=3,
        why="address unknown",
        fetched_at=None,
    )
    writer.add_copy(
        "990101-2020",
        "javascript:alert(1)",
        text,
        origin="farm",
        source=None,
        relation="near",
        similarity=0.981,
        rank=4,
        why=HOSTILE,
    )
    writer.db.table("reports").update("990101-2020", {"copies": 4})
    damaged = write_report("丙寅县", "county", 2019, "钱示例").replace("国", "").replace("我", "")
    writer.db.table("reports").delete("990121-2019")
    writer.add_report("990121", 2019, damaged, trust="damaged", lost="我", origin="aggregator", speaker="钱示例")
    writer.add_problem("990121-2019", "lost_character", severity="major", detail="我")
    (start,) = (damaged.index("3200户"),)
    writer.add_problem("990121-2019", "stars", detail="1 places, first 3200", start=start, length=5)
    writer.add_report(
        "990121",
        2021,
        title=None,
        delivered_on=None,
        congress=None,
        session=None,
        source_url=None,
        trust="republished",
        origin="unknown",
        first_seen_at=None,
        changed_at=None,
    )
    writer.add_report(
        "990102",
        2019,
        id="990102-2019",
        title=HOSTILE,
        trust="republished",
        origin="forum",
        text=f"{HOSTILE}\n各位代表：\n<img src=x onerror=alert(1)>水利与旧改&amp;。",
    )
    writer.close()
    return writer.home


def change_something(home: Home) -> None:
    """Change one report's text a little, so that there is something new to publish."""
    with closing(open_archive(home)) as db, writing(db):
        ((text,),) = db.execute("select text from full_reports where id = '990100-2024'").fetchall()
        text += "新"
        db.table("texts").insert({"sha256": digest(text), "text": text})
        db.table("reports").update("990100-2024", {"text_sha256": digest(text), "chars": count_chars(text)})
