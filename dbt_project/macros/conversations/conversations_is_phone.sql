{#
    Says whether a number in a text is somebody's telephone number. `found` is how it is
    written, `digits` its digits, `is_ascii` and `is_indic` of which letters the text is,
    `is_told` whether a word of telephoning stands before it. Without spaces and a plus sign a
    number is more often that of an order: it is one of a mobile only where the text is Chinese
    or Indian, or where it is told.
#}
{% macro conversations_is_phone(found, digits, is_ascii, is_indic, is_told) -%}
    {%- set forms = [
        '[+][1-9][0-9 ().-]+',
        '(1[ .-])?([(][2-9][0-9]{2}[)][ -]?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}',
        '1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}',
        '0[1-9]([ .][0-9]{2}){4}|[(]?0[1-9][0-9]{1,4}[)]?[ -][0-9]{3,8}([ -][0-9]{2,6})*',
        '(55[ -])?[(]0?[1-9][1-9][)] ?(9[ .-]?[0-9]{4}|[2-5][0-9]{3})[ .-][0-9]{4}',
        '(55[ -])?0?[1-9][1-9][ -]9[ .-]?[0-9]{4}[ .-][0-9]{4}',
        '(0|0?91[ -])?[6-9][0-9]{4}[ -][0-9]{3}([1-9][0-9]|0[1-9])|0?91[ -][6-9][0-9]{9}',
        '[6-9][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}',
        '8[ -]?[(]?9[0-9]{2}[)]?[ -][0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}',
        '0[1-9]-[0-9]{4}-[0-9]{4}|06-[0-9]{8}|01[5-7][0-9]( [0-9]{2}){4}',
    ] -%}
    {#- numbers that anybody may call: toll-free ones, of hotlines among them -#}
    {%- set toll_free = [
        '1?(8(00|33|44|55|66|77|88)|900)[0-9]{7}',
        '0(800|808|805|508)[0-9]{4,8}|1[38]00[0-9]{6}|18[06]0[0-9]{7}',
        '(44|49|33|31|32|41|43|27|61|64|55|81|82|91|86|90)0?(800|808|805|508|1800|1300)[0-9]{4,8}',
        '(39|34)(800|900)[0-9]{5,7}|800[0-9]{8}|(80[0138]|90[01])[0-9]{6}|[78]800[0-9]{7}',
        '0120[0-9]{6}|400[0-9]{7}',
    ] -%}
    (
        length({{ digits }}) between 8 and 15
        and (
            {{ text_matches(found, '^(' ~ forms | join('|') ~ ')$') }}
            or (not {{ is_ascii }} and {{ text_matches(found, '^(86 ?)?1[3-9][0-9]{9}$') }})
            or ({{ is_indic }} and {{ text_matches(found, '^(0|91)?[6-9][0-9]{9}$') }})
            or {{ is_told }} and not {{ text_matches(
                found, '^([0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}|[0-9]{4}[/-][0-9]{1,2}[/-][0-9])'
            ) }}
        )
        and not {{ text_matches(digits, '^(' ~ toll_free | join('|') ~ ')$') }}
        and not {{ text_matches(
            found,
            '^(0120-[0-9]{2,3}-[0-9]{3,4}|080-[0-9]{3,4}-[0-9]{4}|400[ -][0-9]{3,4}[ -][0-9]{3,4})$'
        ) }}
    )
{%- endmacro %}

{#
    Gives the regular expression of a number that a word of telephoning before it, in eleven
    languages, tells from one of an order; the number is its sixth group. A day is none.
#}
{% macro conversations_told_number() -%}
    {{ return(
        '((^|[^a-zà-ÿ])('
        ~ 'phone|mobile|cell|whatsapp|call|contact|tel|my number|telefon|handy|'
        ~ 'nummer ist|meine nummer|ruf mich an|mobil|téléphone|portable|'
        ~ 'appelez-moi|appelle-moi|mon numéro|teléfono|móvil|llámame|llame|'
        ~ 'mi número|cellulare|telefono|chiamami|mio numero|telefoon|mobiel|'
        ~ 'bel me|bel mij|mijn nummer|komórka|zadzwoń|mój numer|telefone|celular|'
        ~ 'telemóvel|ligue|liga|meu número|телефон|мобильный|звоните|звони|'
        ~ 'мой номер'
        ~ ')[.]?([^0-9a-zà-ÿа-яё.!?][^0-9.!?]{0,19})?[^0-9a-z.,$€£#/=_+%&(-]'
        ~ '|(手机|手機|电话|電話|微信|携帯|番号)[^0-9.!?(]{0,20})'
        ~ '([(]?[0-9]([ ()/-]{0,2}[0-9]){8,12})($|[^0-9a-z -]|[ -]($|[^0-9]))'
    ) }}
{%- endmacro %}
