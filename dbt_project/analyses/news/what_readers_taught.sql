-- Which sources, categories and entities do readers like, as each run goes by it?
select
    reader_weights.run_id,
    reader_weights.kind,
    reader_weights.name,
    reader_weights.up_count,
    reader_weights.down_count,
    reader_weights.weight
from news.reader_weights
order by reader_weights.run_id asc, reader_weights.weight desc
