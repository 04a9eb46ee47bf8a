-- Background lines of the run before, which are not paid for again.
-- depends_on: {{ ref('phase_news__07_paraphrasing') }}
with

backgrounds as (
    select * from {{ previous_phase_rows('news', 'enrichment', 'backgrounds', {
        'entity_id': 'varchar', 'evidence_hash': 'varchar', 'line': 'varchar',
        'status': 'varchar'
    }) }} as backgrounds
),

backgrounds_carried as (
    select
        backgrounds.entity_id,
        backgrounds.evidence_hash,
        backgrounds.line,
        backgrounds.status
    from backgrounds
    where backgrounds.status in ('written', 'cached')
)

select * from backgrounds_carried
