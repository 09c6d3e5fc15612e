"""Where content-management systems put the text of an article, its title, and the widgets around it. Data only."""

from __future__ import annotations

# (selector, where it was seen), in the order of trust. Nested ones are no conflict: the innermost that keeps nearly all
# of the prose is taken. What is seen in public crawlers is listed in SOURCES §3b.
CONTAINERS: tuple[tuple[str, str], ...] = (
    ("ucapcontent", "开普 UCAP: a custom tag, 江西 and many prefectures"),
    ("#UCAP-CONTENT", "www.gov.cn policy documents; UCAP sites"),
    (".trs_editor_view", "拓尔思 TRS WCM, editor of 2020 on"),
    (".TRS_UEDITOR", "拓尔思 TRS WCM, editor of 2015 on"),
    (".TRS_Editor", "拓尔思 TRS WCM: the commonest of all"),
    ("#ivs_content", "上海: portals of the city and its districts"),
    (".Article_content", "上海: older portals"),
    ("[id^=vsb_content]", "博达 VSB: the id ends in the article's number on some sites"),
    (".v_news_content", "博达 VSB: inside a form"),
    ("#zoomcon", "UCAP sites without the custom tag"),
    ("#zoom", "大汉 JCMS and many others: the node whose font size a widget changes"),
    ("#Zoom", "as #zoom, spelt so by older sites"),
    ("td.t_f", "Discuz! forums: a post"),
    (".t_msgfont", "Discuz! forums up to version 7: a post"),
    ("#read_tpc", "phpwind forums: the first post"),
    ("#js_content", "WeChat public accounts"),
    ("#detailContent", "www.news.cn"),
    ("#p-detail", "www.xinhuanet.com"),
    (".rm_txt_con", "people.com.cn"),
    ("#rwb_zw", "people.com.cn, older"),
    ("#TDContent", "新点 Epoint"),
    (".ewb-article-content", "新点 Epoint"),
    (".pages_content", "www.gov.cn news"),
    (".hbgov-article-content", "湖北"),
    (".xxgk_content", "disclosure pages"),
    (".xlxlcont", "disclosure pages"),
    (".Custom_UnionStyle", "TRS sites: a style put around pasted Word text"),
    (".article-content", "many sites"),
    (".article_content", "many sites"),
    (".bt_content", "many sites"),
    (".article_con", "many sites"),
    (".article-con", "many sites"),
    (".wenZhang", "many sites"),
    (".wzcon", "many sites"),
    ("#con_con", "many sites"),
    (".xqing-web-box", "雅安"),
    (".sj_nr", "保定"),
    ("#ArticleCnt", "many sites"),
    (".artCon", "many sites"),
)

# Pairs of comments around the body: (words of the first, words of the second, name for the reader, where seen).
COMMENT_PAIRS: tuple[tuple[str, str, str, str], ...] = (
    ("ZJEG_RSS.content.begin", "ZJEG_RSS.content.end", "ZJEG_RSS.content", "大汉 JCMS"),
)

# The node that shows an article's title, the most telling first.
TITLES: tuple[tuple[str, str], ...] = (
    ("ucaptitle", "开普 UCAP"),
    ("#ivs_title", "上海"),
    ("#thread_subject", "Discuz! forums"),
    ("h1", "any page; portals also put their own name in one"),
    (".article-title, .article_title, .arti_title, .xxgk_title, .wzbt, .bt", "many sites"),
    ("h2, .title", "many sites"),
)

# Widgets that sites put inside the body's container. One is left out only if it holds no sentence.
WIDGETS: tuple[tuple[str, str], ...] = (
    (".bdsharebuttonbox, .bshare-custom, .jiathis_style, .social-share, .share, #share", "share buttons"),
    (".pstatus", "Discuz!: who edited a post and when"),
    (".jammer, .attach_nopermission, .tip, .locked", "Discuz!: noise and notices"),
    (".ad, .ads, .adbox, .ad-box, .ad-in, .advert, .guanggao, .gg", "advertisements between paragraphs"),
)

# What readers of the page wrote under the article: prose that is never the article's, left out of every page.
COMMENTS: tuple[tuple[str, str], ...] = (
    ('[id*="comments"], [class*="comments"], .comment-list, .comment-area', "blogs and news sites"),
    ("#SOHUCS, .ds-thread", "comment services: 畅言, 多说"),
)
