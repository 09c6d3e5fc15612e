"""What a response is: a page, or what came instead of one. Pure; told by status, headers and the bytes themselves.

A challenge is captured, counted and left alone, never solved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from archive.read.decode import declared_encoding, decode

VERDICTS: Final = {
    "page": "a page or document that may hold reports: the only one ever read as text",
    "list": "a list page, followed and not read",
    "robots": "a robots.txt",
    "redirect": "points to another address",
    "not_found": "404 or 410",
    "soft_404": "says in a page with status 200 that there is no such page",
    "challenge": "a script that asks the browser to prove itself",
    "captcha": "asks a person to prove himself",
    "login": "asks for an account",
    "blocked": "refuses us, in words or by status",
    "wrong_type": "an image, a script, data: nothing a report comes in",
    "client_error": "another 4xx",
    "server_error": "5xx",
    "empty": "nothing at all",
    "damaged": "bytes that cannot be unpacked",
}
# Answers that stand for the page, so that asking again "has it changed?" makes sense.
SOUND: Final = ("page", "list", "robots", "redirect")

# 412 is how the commonest of the Chinese site shields (瑞数) refuses, 418 and 493 how others do (ANCHORS §4, pain 6).
BLOCKED_STATUS: Final = frozenset({403, 405, 406, 412, 418, 429, 444, 451, 493})
# A shield of Chinese cloud hosts (加速乐) sets its cookie by a script in a page of status 521.
CHALLENGE_STATUS: Final = frozenset({521})

# What the scripts of the known shields contain: 加速乐, 瑞数, 网宿 WZWS, Aliyun, Cloudflare, 安全狗.
CHALLENGE_MARKS: Final = re.compile(
    r"__jsl_clearance|\$_ts\s*=|window\[['\"]\$_ts|wzws[-_]|acw_sc__v|/cdn-cgi/challenge|cf[-_]chl|safedog"
    r"|just a moment\.\.\.|正在(?:检查|验证)您的浏览器|浏览器安全检查|安全验证",
    re.IGNORECASE,
)
CAPTCHA_MARKS: Final = re.compile(
    r"(?:输入|填写|完成|拖动|滑动).{0,8}(?:验证|滑块)|验证码|人机验证|captcha", re.IGNORECASE
)
BLOCKED_MARKS: Final = re.compile(
    r"(?:访问|请求).{0,12}(?:被拦截|被拒绝|被阻断|被禁止|受限|过于频繁)|访问行为.{0,6}异常|网站防火墙|疑似(?:攻击|黑客)"
    r"|禁止访问|access\s*denied|403\s*forbidden|request\s*(?:was\s*)?blocked",
    re.IGNORECASE,
)
LOGIN_MARKS: Final = re.compile(r"请(?:您)?先登[录陆]|登[录陆]后(?:才能|可|查看|阅读)|(?:尚未|还没有|没有)登[录陆]")
PASSWORD_FIELD: Final = re.compile(r"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
SOFT_404_MARKS: Final = re.compile(
    r"(?:页面|网页|文章|内容|信息|文件|资源|地址).{0,10}(?:不存在|已(?:经)?(?:被)?删除|已失效|找不到|无法找到|不翼而飞)"
    r"|(?:没有|未能|无法|未)找到.{0,10}(?:页面|网页|文章|内容)|找不到.{0,10}(?:页面|网页|文章|内容)|404\s*(?:错误|页面)"
    r"|404\s*not\s*found|page\s*not\s*found",
    re.IGNORECASE,
)
TITLE_404: Final = re.compile(r"<title>[^<]*(?:404|not found|出错|错误页|找不到)[^<]*</title>", re.IGNORECASE)

# The words of a refusal also occur in real pages (登录 in every head, 验证码 in a report on e-government): they count
# only in a page that says hardly anything else. The notices known run to some 150 characters with their chrome.
SHORT_TEXT: Final = 300
# A refusal leads nowhere; a short list page with a login box in its head has links by the dozen.
FEW_LINKS: Final = 8
# A page that calls itself 404 may carry the site's whole chrome, some 1,500 characters at a large portal; the shortest
# genuine report has 5,000 (SOURCES §4, rule 6).
ERROR_TEXT: Final = 2000

INVISIBLE: Final = re.compile(
    r"<!--.*?-->|<(script|style|noscript|svg|template|title)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL
)

LINK: Final = re.compile(r"<a\s[^>]*href", re.IGNORECASE)

# Documents by their first bytes: PDF, OLE2 (.doc, .wps, .xls), zip (.docx, .ofd), RTF.
DOCUMENT_MAGIC: Final = (b"%PDF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"{\\rtf")
TEXT_TYPES: Final = re.compile(r"text/(?:html|plain|xml|rtf|csv)|application/(?:xhtml\+xml|xml|rtf)|", re.IGNORECASE)
OTHER_TYPES: Final = re.compile(
    r"(?:image|audio|video|font)/.*|text/(?:css|javascript|x-.*)|application/(?:.*javascript|json|ld\+json|x-shockwave.*)",
    re.IGNORECASE,
)


def judge(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """What a response is: one of VERDICTS.

    `headers` has names in lower case; `body` is the payload, content encoding undone. "list", "robots" and "damaged"
    are for the caller to say, who knows what was asked for.
    """
    media = headers.get("content-type", "").partition(";")[0].strip()
    if 300 <= status < 400:
        return "redirect"
    text = "" if body.startswith(DOCUMENT_MAGIC) else decoded_text(body, headers.get("content-type"))
    if status in CHALLENGE_STATUS or (status >= 400 and CHALLENGE_MARKS.search(text)):
        return "challenge"
    if status >= 500:
        return "server_error"
    if status in (404, 410):
        return "not_found"
    if status in (401, 407):
        return "login"
    if status in BLOCKED_STATUS:
        return "captcha" if CAPTCHA_MARKS.search(visible_text(text)) else "blocked"
    if status >= 400:
        return "client_error"
    if not body.strip():
        return "empty"
    if body.startswith(DOCUMENT_MAGIC):
        return "page"
    if OTHER_TYPES.fullmatch(media) or looks_binary(body):
        return "wrong_type"
    if not TEXT_TYPES.fullmatch(media) and not looks_like_html(text):
        return "wrong_type"
    return judge_text(text)


def judge_text(text: str) -> str:
    """What a page of status 200 is, by its own words."""
    visible = visible_text(text)
    if TITLE_404.search(text) and len(visible) <= ERROR_TEXT:
        return "soft_404"
    if len(visible) > SHORT_TEXT:
        return "page"
    if CHALLENGE_MARKS.search(text):
        return "challenge"
    if SOFT_404_MARKS.search(visible):
        return "soft_404"
    if len(LINK.findall(text)) < FEW_LINKS:
        if CAPTCHA_MARKS.search(visible):
            return "captcha"
        if BLOCKED_MARKS.search(visible):
            return "blocked"
        if PASSWORD_FIELD.search(text) or LOGIN_MARKS.search(visible):
            return "login"
    if not visible:
        # Nothing to see and a script that sets a cookie and loads the page again: a shield not known by name.
        if "document.cookie" in text and re.search(r"location|reload", text):
            return "challenge"
        return "page" if looks_framed(text) else "empty"
    return "page"


def decoded_text(body: bytes, content_type: str | None) -> str:
    """The text of a body; what shields and error pages say stands in the first hundred thousand bytes."""
    head = body[:100_000]
    return decode(head, declared_encoding(head, content_type)).text


def visible_text(markup: str) -> str:
    """What a reader sees of a page, white space left out."""
    return re.sub(r"\s+", "", INVISIBLE.sub(" ", markup))


def looks_binary(body: bytes) -> bool:
    """Whether bytes are no text: zero bytes in them that are not UTF-16's."""
    head = body[:1024]
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00<" in head or b"<\x00" in head
    return b"\x00" in head and not utf16


def looks_like_html(text: str) -> bool:
    """Whether text is a web page, whatever its type says."""
    return bool(re.match(r"\s*(?:<!doctype html|<html|<head|<\?xml|<meta|<!--)", text, re.IGNORECASE))


def looks_framed(text: str) -> bool:
    """Whether a page shows nothing of its own because it shows another, or a file, in a frame."""
    return bool(re.search(r"<(?:i?frame|embed|object)\b", text, re.IGNORECASE))
