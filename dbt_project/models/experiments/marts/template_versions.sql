-- A version is compared with the one before it at the same places: the same
-- combination, models and other templates. Means over different places would compare
-- those, and not the versions.
with

template_scores as (
    select * from {{ ref('int_experiments__template_scores_listed') }}
),

templates as (
    select * from {{ ref('stg_experiments__templates') }}
),

studies as (
    select * from {{ ref('stg_experiments__studies') }}
),

landed_versions as (
    select
        templates.kind,
        templates.template_id,
        templates.text_hash as template_hash,
        min(studies.landed_at) as first_seen_at
    from templates
    inner join studies on templates.load_id = studies.load_id
    group by templates.kind, templates.template_id, templates.text_hash
),

versions_scored as (
    select
        template_scores.kind,
        template_scores.template_id,
        template_scores.template_hash,
        count(template_scores.scaled_score) as n,
        {{ round_to('avg(template_scores.scaled_score)', 12) }} as mean_share
    from template_scores
    group by
        template_scores.kind, template_scores.template_id, template_scores.template_hash
),

versions_ordered as (
    select
        landed_versions.kind,
        landed_versions.template_id,
        landed_versions.template_hash,
        landed_versions.first_seen_at,
        row_number() over (
            partition by landed_versions.kind, landed_versions.template_id
            order by landed_versions.first_seen_at, landed_versions.template_hash
        ) as version,
        lag(landed_versions.template_hash) over (
            partition by landed_versions.kind, landed_versions.template_id
            order by landed_versions.first_seen_at, landed_versions.template_hash
        ) as previous_hash
    from landed_versions
),

places_scored as (
    select
        template_scores.kind,
        template_scores.template_id,
        template_scores.template_hash,
        template_scores.place,
        {{ round_to('avg(template_scores.scaled_score)', 12) }} as mean_share
    from template_scores
    where template_scores.scaled_score is not null
    group by
        template_scores.kind, template_scores.template_id,
        template_scores.template_hash, template_scores.place
),

versions_matched as (
    select
        versions_ordered.kind,
        versions_ordered.template_id,
        versions_ordered.template_hash,
        count(*) as place_count,
        {% call round_to(digits=12) %}
            avg(places_after.mean_share - places_before.mean_share)
        {% endcall %} as difference
    from versions_ordered
    inner join places_scored as places_after
        on
            versions_ordered.kind = places_after.kind
            and versions_ordered.template_id = places_after.template_id
            and versions_ordered.template_hash = places_after.template_hash
    inner join places_scored as places_before
        on
            versions_ordered.kind = places_before.kind
            and versions_ordered.template_id = places_before.template_id
            and versions_ordered.previous_hash = places_before.template_hash
            and places_after.place = places_before.place
    group by
        versions_ordered.kind, versions_ordered.template_id,
        versions_ordered.template_hash
)

select
    versions_ordered.kind,
    versions_ordered.template_id,
    versions_ordered.template_hash,
    versions_ordered.previous_hash,
    cast(versions_ordered.version as bigint) as version,
    cast(coalesce(versions_scored.n, 0) as bigint) as n,
    cast(versions_scored.mean_share as double) as mean_share,
    cast(versions_matched.difference as double) as difference,
    cast(coalesce(versions_matched.place_count, 0) as bigint) as place_count,
    cast(versions_ordered.first_seen_at as timestamp) as first_seen_at
from versions_ordered
left join versions_scored
    on
        versions_ordered.kind = versions_scored.kind
        and versions_ordered.template_id = versions_scored.template_id
        and versions_ordered.template_hash = versions_scored.template_hash
left join versions_matched
    on
        versions_ordered.kind = versions_matched.kind
        and versions_ordered.template_id = versions_matched.template_id
        and versions_ordered.template_hash = versions_matched.template_hash
