-- What do the articles of a story say, passage by passage?
select
    story_articles.story_id,
    articles.host,
    articles.title,
    passages.passage_id,
    passages.text
from news.story_articles
inner join news.articles on story_articles.article_id = articles.article_id
inner join news.passages
    on articles.article_id = passages.article_id and articles.version = passages.version
order by story_articles.story_id, articles.effective_at, passages.passage_no
