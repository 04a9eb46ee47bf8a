"""The words judges write around scores, in a few languages."""

from __future__ import annotations

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


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# beside these a number is the score of something else
OTHER_WORDS = _set_of(
    """
    day limit difference increase decrease step strict penalized penalised visée erwartete pass_mark
    draft rough interim another base baseline best bonus bottom confidence correct credit
    deduction default subtotal zwischensumme sottototale
    earlier subtotal example expected first former her high highest his human hypothetical ideal
    initial interval low lowest max maximum min minimum no not old original other pass
    passing penalty perfect placeholder possible potential previous prior provisional range
    reference sample second starting target tentative their third threshold top weight worst
    wrong
    """
)
STARS = r"(?:stars?|sterne?n?|étoiles?|estrell?as?|estrelas?|stell(?:e|ine)|つ星|星|별|⭐+|★+)"
