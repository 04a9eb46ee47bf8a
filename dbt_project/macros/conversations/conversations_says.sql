{#
    Says whether a text says a phrase of `int_conversations__phrases_parsed`. What is refused,
    recited or abusive stands in one clause, and a comma only where the phrase has one. A person
    in danger is not missed for a comma: there words reach to the end of the sentence.
#}
{% macro conversations_says(text, phrase) -%}
    case
        when {{ phrase }}.kind in ('refusal', 'boilerplate', 'toxic')
            then
                contains({{ text }}.clauses, {{ phrase }}.clauses)
                or contains({{ text }}.clauses, {{ phrase }}.bare_clauses)
        else contains({{ text }}.sentences, {{ phrase }}.words)
    end
{%- endmacro %}

{#
    Says whether a text holds the characters of a phrase. Between Chinese or Japanese and Latin
    letters a blank may stand, behind a comma a line may end, and a comma is written in several ways.
#}
{% macro conversations_holds(text, phrase) -%}
    contains({{ text }}.content, {{ phrase }}.phrase)
    or (
        {{ phrase }}.kind in ('refusal', 'boilerplate', 'toxic')
        and contains({{ text }}.characters, replace({{ phrase }}.clauses, ' ', ''))
    )
{%- endmacro %}

{# Gives a text's clauses, with one that ends before its beginning and one that begins at its end. #}
{% macro conversations_clauses(value) -%}
    ' | ,' || {{ clauses_of(value) }} || ', '
{%- endmacro %}

{#
    Gives a text in lower case without what somebody else is said to say: what stands behind a verb
    of speech and a colon, up to the end of the sentence, or the list that follows. What `you could
    say:` is a wording, too; what the speaker says himself is not left out. One verb stays.
    So is what is set in italics or bold behind a word that names it, or before one that explains
    it, and a block that is indented behind a colon.
#}
{% macro conversations_without_reports(value) -%}
    {%- set speech = [
        '(you|he|she|they|one) (can|could|may|might) (say|reply|answer|write)( this)?',
        'says', 'whispers', 'tells you', 'sagt', 'flüstert', 'dice', 'susurra', 'dit', 'murmure',
        'sussurra', 'zegt', 'fluistert', 'mówi', 'szepcze', 'diz', 'говорит', 'шепчет',
        'puedes decir', 'vous pouvez dire', 'puoi dire', 'je kunt zeggen', 'możesz powiedzieć',
        'você pode dizer', 'можно сказать', 'sie können sagen',
    ] -%}
    {%- set verbs = '(^|[^a-zà-ÿа-яё])(' ~ speech | join('|') ~ ')|(声音|他|她)说|可以说' -%}
    {#- a comma first is where a quotation stood, which is reported by itself -#}
    {%- set said = '([ ]*[^ ,\n.!?。！？][^\n.!?。！？]*|(\n+[ ]*[-*•][^\n]*)+)' -%}
    {%- set names = [
        'phrase', 'sentence', 'word', 'words', 'line', 'message', 'text', 'note', 'says', 'say',
        'said', 'wrote', 'texted', 'called', 'such as', 'writes', 'answers', 'answered', 'replied', 'replies', 'reads', 'thought',
        'like', 'as', 'satz', 'wort', 'nachricht', 'gedanke', 'sagt', 'sagte', 'schrieb', 'wie',
        'frase', 'palabra', 'dice', 'dijo', 'escribió', 'como', 'mot', 'dit', 'écrit', 'comme',
        'parola', 'scrisse', 'come', 'palavra', 'disse', 'escreveu', 'zin', 'woord', 'zei',
        'begins? with', 'starts? with', 'beginnt mit', 'beginnen mit', 'commence par',
        'commencent par', 'empieza con', 'empiezan con', 'começam com', 'begint met',
        'schreef', 'zoals', 'zdanie', 'słowo', 'napisał', 'фраза', 'слово', 'сказал', 'написал',
    ] -%}
    {%- set explains = 'means?|bedeutet|heißt|significa|signifie|betekent|oznacza|означает' -%}
    {%- set set_off = '([*]{1,3}[^*
]+[*]{1,3}|_{1,2}[^_
]+_{1,2})' -%}
    {%- set blocks = '[:：][ 	]*
([ 	]*
)?((    |	)[^
]*(
|$))+' -%}
    {%- set text = namespace(sql=value) -%}
    {%- set text.sql = text_replaced(text.sql, blocks, ' , ') -%}
    {%- set text.sql = text_replaced(
        text.sql, '(^|[^a-zà-ÿа-яё])(' ~ names | join('|') ~ ')[ ]?[:,]?[ ]' ~ set_off, ' | says , '
    ) -%}
    {%- set text.sql = text_replaced(
        text.sql,
        '(examples|phrases|sentences|lines|replies|refusals|beispiele|ejemplos|exemples|esempi)'
        ~ '[ ]?:(
+[ ]*[-*•][^
]*)+', ' | says , '
    ) -%}
    {%- set text.sql = text_replaced(
        text.sql, set_off ~ '[ ](' ~ explains ~ ')([^a-zà-ÿа-яё]|$)', ' | says , '
    ) -%}
    {{ text_replaced(text.sql, '(' ~ verbs ~ ')[ \u00a0]?[:：]' ~ said, ' | says , ') }}
{%- endmacro %}
