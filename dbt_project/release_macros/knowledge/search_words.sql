-- The words of a text as search knows them: folded, in order; a Chinese or Japanese sign is a word.
create or replace macro knowledge.search_words(said) as
    regexp_extract_all(
        strip_accents(lower(nfc_normalize(said))),
        '[\p{Han}\p{Hiragana}\p{Katakana}]|(?:[^\P{L}\p{Han}\p{Hiragana}\p{Katakana}]|\p{N})+'
    );
