from python_models.news.readers import Learning, weights_of
from python_models.news.tables import as_of_of, rows_of, setting_of


def model(dbt, session):
    dbt.config(materialized="table")
    thresholds = dbt.ref("news_thresholds")
    how = Learning(
        setting_of(thresholds, "rating_half_life_days"),
        setting_of(thresholds, "neutral_ratings"),
        setting_of(thresholds, "reader_weight_bound"),
    )
    rated = rows_of(dbt.ref("int_news__articles_rated"))
    return weights_of(rated, as_of_of(dbt.ref("int_news__run")), how)
