"""Names of rules and stages in texts are words; what only looks like one stays."""

from dashboards.telemetry.wording import in_plain_words


def test_names_of_rules_in_a_text_are_words() -> None:
    text = "From over_power, in stage ramp_up (over_power): see over_power_2 and log_over_power."
    said = "From over power, in stage ramp up (over power): see over_power_2 and log_over_power."
    assert in_plain_words(text, ["over_power", "ramp_up", "hold", None]) == said


def test_a_text_without_names_stays() -> None:
    assert in_plain_words("hold under_load", ["hold"]) == "hold under_load"
    assert in_plain_words(None, ["over_power"]) == ""
