{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ conversations_forget_touched() }}',
) }}
-- depends_on: {{ ref('int_conversations__conversations_touched') }}
-- What is found is told by its kind and a masked hint: no second copy of personal data.
{% set octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' %}
with

turns as (
    select * from {{ ref('int_conversations__turns_suspected') }}
),

addresses as (
    {{ conversations_pieces(
        'lower(turns.content)',
        '[a-z0-9à-ÿа-яё_%+-][a-z0-9à-ÿа-яё._%+-]*@[a-z0-9à-ÿа-яё-]+'
        ~ '([.][a-z0-9à-ÿа-яё-]+)*[.][a-zа-яё]{2,12}', 0
    ) }}
    where turns.content like '%@%'
),

helplines as (
    select distinct {{ text_replaced('seed.digits', '^[08]', '') }} as digits
    from {{ ref('conversations_helplines') }} as seed
    where length(seed.digits) >= 8
),

numbers as (
    {{ conversations_pieces(
        'turns.content',
        '(^|[^0-9A-Za-z.,$€£#/=_+%&-])([+(]?[0-9][0-9 ().-]{7,24}[0-9])', 2,
        is_told=false
    ) }}
    union all
    {{ conversations_pieces(
        'lower(turns.content)', conversations_told_number(), 6, is_told=true
    ) }}
),

hosts as (  -- what parts two addresses is doubled: each takes one for its own
    {{ conversations_pieces(
        text_replaced('turns.content', '[^0-9A-Za-z.-]', '  '),
        '(^|[^0-9A-Za-z.-])(' ~ octet ~ '([.]' ~ octet ~ '){3})([.]?$|[.]?[^0-9A-Za-z.])', 2
    ) }}
    where turns.content like '%.%.%.%'
),

-- of IPv6 those that are routed begin with 2 or 3
hosts_of_ipv6 as (
    {{ conversations_pieces(
        text_replaced('lower(turns.content)', '[^0-9a-z:.]', '  '),
        '(^|[^0-9a-z:.])([23][0-9a-f]{3}((:[0-9a-f]{1,4}){7}|(:[0-9a-f]{1,4}){0,6}::'
        ~ '([0-9a-f]{1,4}(:[0-9a-f]{1,4}){0,5})?))($|[^0-9a-z:])', 2
    ) }}
    where turns.content like '%:%:%'
),

numbers_in_digits as (
    select
        numbers.conversation_id,
        numbers.role,
        numbers.turn,
        numbers.is_told,
        {{ is_ascii('turns.content') }} as is_ascii,
        {{ text_matches('turns.content', '[ऀ-ൿ]') }} as is_indic,
        trim(numbers.found) as found,
        {{ text_replaced('numbers.found', '[^0-9]', '') }} as digits
    from numbers
    inner join turns
        on
            numbers.conversation_id = turns.conversation_id
            and numbers.turn = turns.turn
),

cards as (
    select
        numbers_in_digits.conversation_id,
        numbers_in_digits.role,
        'card' as kind,
        '... ' || right(numbers_in_digits.digits, 4) as hint,
        numbers_in_digits.turn
    from numbers_in_digits
    where
        not numbers_in_digits.is_told
        and {{ text_matches(
            'numbers_in_digits.found',
            '^([0-9]{13,19}|[0-9]{4}([ -][0-9]{4}){3}|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})$'
        ) }}
        and {{ text_matches('numbers_in_digits.digits', '^[3-6]') }}
        -- one digit over and over is a filler
        and replace(
            numbers_in_digits.digits, right(numbers_in_digits.digits, 1), ''
        ) <> ''
        and mod({{ luhn_sum('numbers_in_digits.digits') }}, 10) = 0
),

phones as (
    select distinct
        numbers_in_digits.conversation_id,
        numbers_in_digits.role,
        'phone' as kind,
        '... ' || right(numbers_in_digits.digits, 2) as hint,
        numbers_in_digits.turn
    from numbers_in_digits
    -- a helpline's own number, with or without that of its country
    left join helplines
        on
            numbers_in_digits.digits like '%' || helplines.digits
            and length(numbers_in_digits.digits) <= length(helplines.digits) + 4
    where
        helplines.digits is null
        and {{ conversations_is_phone(
            'numbers_in_digits.found', 'numbers_in_digits.digits', 'numbers_in_digits.is_ascii',
            'numbers_in_digits.is_indic', 'numbers_in_digits.is_told'
        ) }}
),

mails as (
    select
        addresses.conversation_id,
        addresses.role,
        'email' as kind,
        left(addresses.found, 1) || '...@...' as hint,
        addresses.turn
    from addresses
    where
        -- what only looks like an address: a repository, a picture of two sizes
        not {{ text_matches(
            'addresses.found', '^git@|[.](png|jpg|jpeg|gif|svg|js|css|py)$|@[0-9.]+$'
        ) }}
),

public_hosts as (
    select
        hosts.conversation_id,
        hosts.role,
        'ip' as kind,
        left(hosts.found, position('.' in hosts.found)) || '...' as hint,
        hosts.turn
    from hosts
    where
        -- addresses of no one: private networks, loopback, masks
        not {{ text_matches(
            'hosts.found',
            '^(0|10|127|2(2[4-9]|[3-5][0-9])|192[.]168|169[.]254|172[.](1[6-9]|2[0-9]|3[01]))[.]'
        ) }}
        -- four single digits are a version or a paragraph as a rule
        and not {{ text_matches('hosts.found', '^[0-9]([.][0-9]){3}$') }}
    union all
    select
        hosts_of_ipv6.conversation_id,
        hosts_of_ipv6.role,
        'ip' as kind,
        left(hosts_of_ipv6.found, 5) || '...' as hint,
        hosts_of_ipv6.turn
    from hosts_of_ipv6
),

personal_data_found as (
    select * from mails
    union all
    select * from phones
    union all
    select * from cards
    union all
    select * from public_hosts
)

select * from personal_data_found
