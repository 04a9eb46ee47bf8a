"""Numerals that a number from 0 to 10 is written by in Chinese, Japanese and Korean."""

HAN = "零一二三四五六七八九十"
SINO_KOREAN = "영일이삼사오육칠팔구십"
KOREAN = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")  # from 1; of points
NUMERALS = {sign: value for signs in (HAN, SINO_KOREAN) for value, sign in enumerate(signs)}
NUMERALS |= {word: value for value, word in enumerate(KOREAN, 1)}
