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
    select distinct
        turns.conversation_id,
        turns.role,
        turns.turn,
        {{ array_elements(
            "regexp_extract_all(lower(turns.content), "
            ~ "'[a-z0-9_%+-][a-z0-9._%+-]*@[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,12}', 0)"
        ) }} as found
    from turns
    where turns.content like '%@%'
),

numbers as (
    select distinct
        turns.conversation_id,
        turns.role,
        turns.turn,
        {{ is_ascii('turns.content') }} as is_ascii,
        {{ array_elements(
            "regexp_extract_all(turns.content, "
            ~ "'(^|[^0-9A-Za-z.,$€£#/=_+%&-])([+(]?[0-9][0-9 ().-]{7,24}[0-9])', 2)"
        ) }} as found
    from turns
),

hosts as (
    select distinct
        turns.conversation_id,
        turns.role,
        turns.turn,
        {{ array_elements(
            "regexp_extract_all(turns.content, "
            ~ "'(^|[^0-9A-Za-z.-])(" ~ octet ~ "([.]" ~ octet ~ "){3})([.]?$|[.]?[^0-9A-Za-z.])', 2)"
        ) }} as found
    from turns
    where turns.content like '%.%.%.%'
),

numbers_in_digits as (
    select
        numbers.conversation_id,
        numbers.role,
        numbers.turn,
        numbers.is_ascii,
        trim(numbers.found) as found,
        {{ text_replaced('numbers.found', '[^0-9]', '') }} as digits
    from numbers
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
        {{ text_matches(
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
    select
        numbers_in_digits.conversation_id,
        numbers_in_digits.role,
        'phone' as kind,
        '... ' || right(numbers_in_digits.digits, 2) as hint,
        numbers_in_digits.turn
    from numbers_in_digits
    where
        length(numbers_in_digits.digits) between 8 and 15
        and (
            {{ text_matches(
                'numbers_in_digits.found', '^[+][1-9][0-9 ().-]+$'
            ) }}
            or {{ text_matches(
                'numbers_in_digits.found',
                '^(1[ .-])?([(][2-9][0-9]{2}[)][ -]?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}$'
            ) }}
            or {{ text_matches(
                'numbers_in_digits.found', '^1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}$'
            ) }}
            -- a Chinese mobile has no spaces; elsewhere that is an order's number
            or (
                not numbers_in_digits.is_ascii
                and {{ text_matches(
                    'numbers_in_digits.found', '^(86)?1[3-9][0-9]{9}$'
                ) }}
            )
            or {{ text_matches(
                'numbers_in_digits.found',
                '^(0[1-9]([ .][0-9]{2}){4}|[(]?0[1-9][0-9]{1,4}[)]?[ -][0-9]{3,8}([ -][0-9]{2,6})*)$'
            ) }}
        )
        -- numbers that anybody may call: hotlines and other toll-free ones
        and not {{ text_matches(
            'numbers_in_digits.digits',
            '^(1?(8(00|33|44|55|66|77|88)|900)[0-9]{7}'
            ~ '|0(800|808|805|508)[0-9]{4,8}|1[38]00[0-9]{6}'
            ~ '|(44|49|33|31|32|41|43|27|61|64|55|81|82|91|86|90)0?'
            ~ '(800|808|805|508|1800|1300)[0-9]{4,8}'
            ~ '|(39|34)(800|900)[0-9]{5,7}|800[0-9]{8})$'
        ) }}
        and not {{ text_matches(
            'numbers_in_digits.found',
            '^(0120-[0-9]{2,3}-[0-9]{3,4}|080-[0-9]{3,4}-[0-9]{4}'
            ~ '|400[ -][0-9]{3,4}[ -][0-9]{3,4})$'
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
