"""Texts with one piece of personal data each, as they are masked, and texts with none."""

from __future__ import annotations

PERSONAL = {
    "Write to ann.lee@mail.co.uk.": "Write to [EMAIL].",
    "Call (202) 555-0143 or not.": "Call [PHONE] or not.",
    "Call +49 30 123456-78.": "Call [PHONE].",
    "我的电话是13812345678。": "我的电话是[PHONE]。",
    "Mine is 138-1234-5678 now": "Mine is [PHONE] now",
    "My card is 4111-1111-1111-1111.": "My card is [CARD].",
    "I write from 84.23.17.250.": "I write from [IP].",
    "I write from 2001:db8:85a3::8a2e:370:7334.": "I write from [IP].",
    "Host [2a02:8109:9a40:1f2c:11aa:22bb:33cc:44dd]:443": "Host [[IP]]:443",
    "Meu celular: (11) 91234-5678": "Meu celular: [PHONE]",
    "Ligue para 21 98765-4321 hoje": "Ligue para [PHONE] hoje",
    "É +55 11 3123-4567.": "É [PHONE].",
    "Meu telefone é 11987654321.": "Meu telefone é [PHONE].",
    "The office is (31) 3222 1234": "The office is [PHONE]",
    "Mine is 98765 43210.": "Mine is [PHONE].",
    "Mine is 98765-43210 or so": "Mine is [PHONE] or so",
    "Ring 091-98765 43210": "Ring [PHONE]",
    "Call me at 9876543210, please": "Call me at [PHONE], please",
    "मेरा नंबर 9876543210 है": "मेरा नंबर [PHONE] है",
}
PUBLIC = (
    "Call 1-800-273-8255, 0800 543 354, 0508 828 865 or +44 800 123 4567.",
    "Call 0120-783-556 in Japan, 400-161-9995 in China.",
    "The order is 4111 1111 1111 1112 or 13812345678.",
    "Version 2.0.1.4 runs on 192.168.0.1; clone git@github.com:a/b.git.",
    "On 2024-01-31 10:20 I paid $1,234,567.89.",
    "SOS Amitié: 09 72 39 40 50 or +33 9 72 39 40 50; Teléfono de la Esperanza: +34 717 003 717.",
    "Telefono Amico 02 2327 2327, Centro de Asistencia +54 800 345 1435, iCall 91529 87821.",
    "Call AASRA on +91-9820466726, Tele MANAS on 1800-891-4416, KIRAN on 1800-599-0019.",
    "Ligue 188 ou 0800 123 4567; the order 9876543210 and 11987654321 have come.",
    "They earn 60000-80000 a month, 62500-87500 at most, in 2019-2020.",
    "At 12:30:45 std::vector and ::1, fe80::1, 2024:10:11 and aa:bb:cc:dd:ee:ff:00:11.",
)
