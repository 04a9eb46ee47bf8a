with

words as (
    select
        2 as place,
        'hold' as word
    union all
    select
        1 as place,
        'ramp_up' as word
),

texts as (
    select {{ ordered_text_agg('words.word', 'words.place', '>') }} as text
    from words
)

select * from texts
where text <> 'ramp_up>hold'
