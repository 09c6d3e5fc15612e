"""The test world: a small site for each platform and aggregator, made from its folder's templates.

A folder is called as its platform or source is; `site.toml` says how the site is built, `article.html` and `old.html`
are its two layouts, `list.html` its lists. All of it is written for the project, and no region or report is real.
"""
