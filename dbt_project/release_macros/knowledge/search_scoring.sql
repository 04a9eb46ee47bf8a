-- BM25 (k1 1.2, b 0.75), once for all searches. How much a word tells that chunk_count of
-- all_count chunks have:
create or replace macro knowledge.search_idf(chunk_count, all_count) as
    ln(1 + (all_count - chunk_count + 0.5) / (chunk_count + 0.5));

-- Whether it only decides among chunks that have a rarer one: more than a fifth of all chunks have
-- it, and not so the rarest word of the question.
create or replace macro knowledge.search_is_common(chunk_count, rarest_count, all_count) as
    chunk_count > 0.2 * all_count and rarest_count <= 0.2 * all_count;

-- What a word that stands tf times in a chunk of chunk_length words adds to its score:
create or replace macro knowledge.search_score(idf, tf, chunk_length, mean_length) as
    idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * chunk_length / mean_length));
