"""The words judges write around scores, in a few languages."""

from __future__ import annotations

import re

NUMBER_WORDS: dict[str, int] = {
    **dict.fromkeys(("zero", "zéro", "cero"), 0),
    **dict.fromkeys(("one", "eins", "uno"), 1),
    **dict.fromkeys(("two", "zwei", "deux", "dos"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres"), 3),
    **dict.fromkeys(("four", "vier", "quatre", "cuatro"), 4),
    **dict.fromkeys(("five", "fünf", "cinq", "cinco"), 5),
    **dict.fromkeys(("six", "sechs", "seis"), 6),
    **dict.fromkeys(("seven", "sieben", "sept", "siete"), 7),
    **dict.fromkeys(("eight", "acht", "huit", "ocho"), 8),
    **dict.fromkeys(("nine", "neun", "neuf", "nueve"), 9),
    **{"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9},
    **{"dieci": 10, "dois": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "dez": 10},
    **dict.fromkeys(("ten", "zehn", "dix", "diez"), 10),
    "hundred": 100,
    "a hundred": 100,
    "one hundred": 100,
}

# a number after one of these is the score
LABELS = (
    "eval|gesamtscore|gesamtpunkte|beurteilung|gesamtbeurteilung|einschätzung|zensur|schlussnote|punktwert|cotation|verdetto|"
    "veredicto|escore|conceito|総得点|合計点|評価点|最終点|総点|レーティング|スコア値|스코어|成绩|最后得分|最后评分|给分|"
    "benotung|gesamtbenotung|einstufung|evaluación|evaluacion|juicio|notation|jugement|giudizio|votazione|"
    "classificação|julgamento|"
    "总分数|综合评分|综合得分|最终分数|総合スコア|採点結果|最終評価|최종점수|종합점수|평가점수|채점|"
    "impresión general|impression générale|impressione generale|impressão geral|"
    "conclusion|conclusión|conclusione|conclusão|"
    "全体の印象|전체 인상|总体印象|"
    "outcome|bewertungsergebnis|kreativitätsbewertung|kreativitätsnote|kreativitätswertung|"
    "essay-bewertung|textbewertung|aufsatzbewertung|tally|votum|endpunktzahl|urteil|gesamteindruck|abschlussnote|gesamteinschätzung|gesamtwertung|endwertung|endbewertung|schlussbewertung|score|scores|scoring|rating|ratings|grade|grading|verdict|judgment|judgement|evaluation|"
    "assessment|mark|bewertung|gesamtbewertung|punktzahl|gesamtpunktzahl|wertung|gesamtnote|"
    "endnote|gesamturteil|évaluation|appréciation|puntuación|puntuacion|calificacion|valoracion|pontuacao|avaliacao|puntaje|calificación|valoración|"
    "wynik|betyg|karakter|skor|puan|arvosana|hodnocení|βαθμολογία|оцінка|النتيجة|الدرجة|التقييم|ציון|अंक|"
    "स्कोर|điểm|điểm số|nilai|skóre|scor|pontszám|pisteet|vurdering|poengsum|คะแนน|eindscore|"
    "totaalscore|eindbeoordeling|eindoordeel|slutbetyg|балл|рейтинг|"
    "punteggio|voto|veredito|结论|結論|결론|valutazione|pontuação|avaliação|beoordeling|cijfer|eindcijfer|ocena|оценка|"
    "总评|打分|总得分|採点|総合点|評点|评定|평가|총평|评分|得分|分数|总分|总评分|最终得分|最终评分|评价|スコア|評価|点数|得点|総合評価|判定|総評|총평|판정|评级|점수|평점|총점|별점|星级|星評価"
)
# these name the whole by themselves
WHOLES = (
    "on balance|on the whole|im großen und ganzen|tutto sommato|"
    "overall|in total|total|totale|global|geral|general|generale|"
    "final|average|mean|aggregate|sum|gesamt|insgesamt|"
    "durchschnitt|gesamtergebnis|ensemble|moyenne|promedio|media|"
    "总体|总体上|总体而言|综合|总的来说|全体として|全体的に|전체적으로|전반적으로|"
    "en general|globalement|in generale|de modo geral|em geral|de manera general|"
    "complessivo|complessiva|conjunto|종합|整体|全体|전체|総合|合計|총합|합계|总计|合计|"
    "bottom line|grand total|"
    "unterm strich|unter dem strich|alles in allem|all in all|in summary|"
    "en conjunto|nel complesso|no geral|"
    "no conjunto|dans l'ensemble|au total|en total|in totale|総じて|综合来看|종합하면"
)
# these are scores only when nothing follows: they are names of other things too
WEAK_LABELS = (
    "note|nota|points|punkte|puntos|punti|pontos|result|results|output|value|level|stars|marks|ergebnis|endergebnis|"
    "resultado|résultat|risultato|结果|結果|결과"
)


# of a text; the one a judge was asked for may be all that is scored
QUALITIES = (
    "accuracy|clarity|coherence|completeness|conciseness|correctness|creativity|depth|fluency|"
    "helpfulness|insight|novelty|originality|quality|readability|relevance|style|usefulness|"
    "kreativität|créativité|creatividad|creatività|criatividade|originalität|originalité|"
    "originalidad|originalità|originalidade|創造性|独創性|창의성|독창성|创意|创造力|创造性|独创性|原创性"
)


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# what may stand beside a label without making it the score of one criterion
WHOLE_WORDS = _set_of(
    """
    abschließende aggregate aggregated average combined composite definitive durchschnitt
    endgültige final finale general gesamt gesamte gesamtergebnis globale générale holistic
    insgesamt mean media moyenne overall promedio sum summary total ultimate weighted 总体 综合
    总分 総合 종합
    """
)
# beside these a number is the score of something else
OTHER_WORDS = _set_of(
    """
    draft rough interim another base baseline best bonus bottom confidence correct credit
    deduction default subtotal zwischensumme sottototale
    earlier subtotal example expected first former her high highest his human hypothetical ideal
    initial interval low lowest max maximum min minimum no not old original other pass
    passing penalty perfect placeholder possible potential previous prior provisional range
    reference sample second starting target tentative their third threshold top weight worst
    wrong
    """
)
# a score `of all essays` or `(draft)` is not the text's own
OTHER_TEXTS = _set_of("all both each every essays texts answers responses draft drafts judges")
UNITS = (
    r"(?:(?:possible\s+|m[öo]glichen?\s+|possíveis\s+|possibili\s+)?(?:points?|pts?\b\.?|pkte?\b\.?|marks?|punkten?|puntos?|punti|pontos)|балл\w*|分|点|점|"
    r"valores|overall|in total)"
)
STARS = r"(?:stars?|sterne?n?|étoiles?|estrell?as?|estrelas?|stell(?:e|ine)|つ星|星|별|⭐+|★+)"
# of a line's skeleton, `8 (tre refusi)`: so many of something, in brackets behind a score
COUNTED_BESIDE = re.compile(
    rf"^\s*\(\s*(?:[\ue000-\uf7ff]|\uf800)\s*(?!{UNITS}|{STARS})[^\W\d_]{{4,}}"
    r"(?:\s+(?:de|di|du|des|of|von|do|da|in|im)\s+[^\W\d_]+)?\s*\)\W*$|"
    r"^\s*\([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,8}\s*\uf800\s*\)\W*$"
)
HEDGES = (
    r"\b(?:perhaps|maybe|possibly|probably|or|though|although|changed?|revised?|actually|"
    r"reconsider\w*|adjust\w*|bump\w*|lower\w*|rais\w*|upgrad\w*|downgrad\w*|correction|closer|"
    r"instead|rather|wait|no|hmm|leaning|could|might|otherwise|update[ds]?|up to|down to|should|"
    r"but|former|previously|earlier|originally|was)\b|→|->|=>"
)
DENIALS = (
    r"(?:\b(?:not|cannot|never|no|nor|without|hardly|unable|refuse\w*|declin\w*|rather than|"
    r"instead of|below|(?<!the )above|under|beyond|exceed\w*|avoid\w*|short of|if|unless|"
    r"would have|could|"
    r"might|may|should have|almost|nearly|tempted|wanted|considered|considering|initially|"
    r"expected|requires?d?|needs?|needed|to (?:get|earn|reach|achieve|be|warrant|merit|deserve)|"
    r"an average|example|e\.g|i\.e|such as|format|previous\w*|(?:less|more|higher|lower|greater|"
    r"better|worse|fewer) than|at (?:least|most)|between|kein\w*|nicht|pas|jamais|whether|asked?|"
    r"please|instruct\w*|end with|reply|respond with|hesitat\w*|debat\w*|torn|hoping|hoped|"
    r"until|originally|at first|first thought)\b"
    r"|n't\b|n’t\b)"
)
