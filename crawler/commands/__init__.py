"""Scrapy's commands, as this project has them: crawl takes the home's lock, list says what is wrong in a file."""
