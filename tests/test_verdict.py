"""What a response is called."""

from __future__ import annotations

import pytest

from crawler.verdict import VERDICTS, judge
from tests import speech

HTML = {"content-type": "text/html; charset=utf-8"}
LINKS = "".join(f'<li><a href="{year}.html">{year}年甲子区政府工作报告</a></li>' for year in range(2010, 2025))


def page(words: str, title: str = "甲子区") -> bytes:
    return f"<html><head><title>{title}</title></head><body>{words}</body></html>".encode()


REPORT = page("".join(f"<p>{line}</p>" for line in speech.report()))


@pytest.mark.parametrize(
    ("status", "headers", "body", "verdict"),
    [
        (200, HTML, REPORT, "page"),
        (200, HTML, REPORT.decode().encode("gb18030"), "page"),
        (200, {}, REPORT, "page"),
        (200, {"content-type": "application/octet-stream"}, REPORT, "page"),
        (200, HTML, page(LINKS), "page"),
        (200, HTML, page(f"<form>请先登录 <input type='password'> 验证码</form>{LINKS}"), "page"),
        (200, HTML, page("<p>附件：<a href='a.pdf'>下载</a></p>"), "page"),
        (200, HTML, page("<iframe src='a.pdf'></iframe>"), "page"),
        (200, HTML, b"%PDF-1.5 ...", "page"),
        (200, {"content-type": "application/octet-stream"}, b"PK\x03\x04...", "page"),
        (200, {"content-type": "text/plain"}, "工作报告".encode("utf-16"), "page"),
        (200, HTML, b"", "empty"),
        (200, HTML, b" \n ", "empty"),
        (200, HTML, page("<script>var a</script>"), "empty"),
        (200, {"content-type": "image/png"}, b"\x89PNG\r\n", "wrong_type"),
        (200, {"content-type": "application/json"}, b'{"a":1}', "wrong_type"),
        (200, {"content-type": "application/octet-stream"}, b"\x00\x01\x02\x03", "wrong_type"),
        (301, {"location": "/"}, b"", "redirect"),
        (404, HTML, page("没有"), "not_found"),
        (410, HTML, b"", "not_found"),
        (200, HTML, page("您访问的页面不存在或已删除"), "soft_404"),
        (200, HTML, page("返回首页" + LINKS * 2, title="404 - 甲子区"), "soft_404"),
        (401, HTML, b"", "login"),
        (200, HTML, page("请先登录后查看全文"), "login"),
        (200, HTML, page("<form><input name=u><input type='password' name=p></form>"), "login"),
        (403, HTML, page("Forbidden"), "blocked"),
        (412, HTML, page(""), "blocked"),
        (200, HTML, page("您的访问请求已被拦截，请联系网站管理员"), "blocked"),
        (403, HTML, page("请输入验证码继续访问"), "captcha"),
        (200, HTML, page("拖动滑块完成验证"), "captcha"),
        (521, HTML, b"<script>document.cookie='__jsl_clearance=1'</script>", "challenge"),
        (200, HTML, b"<script>document.cookie='__jsl_clearance_s=1';location.href=location</script>", "challenge"),
        (200, HTML, page("<script>$_ts=window['$_ts'];</script>"), "challenge"),
        (412, HTML, page("<script>$_ts=window['$_ts'];</script>"), "challenge"),
        (200, HTML, page("<script>document.cookie='x=1';location.reload()</script>"), "challenge"),
        (503, HTML, page("Just a moment..."), "challenge"),
        (502, HTML, page("Bad gateway"), "server_error"),
        (400, HTML, page("Bad request"), "client_error"),
    ],
)
def test_verdicts(status: int, headers: dict[str, str], body: bytes, verdict: str) -> None:
    assert judge(status, headers, body) == verdict
    assert verdict in VERDICTS


@pytest.mark.parametrize("words", ["验证码", "请先登录", "访问被拒绝", "页面不存在", "安全验证", "__jsl_clearance"])
def test_a_report_may_speak_of_anything(words: str) -> None:
    assert judge(200, HTML, REPORT.replace("各位代表".encode(), f"各位代表{words}".encode())) == "page"
