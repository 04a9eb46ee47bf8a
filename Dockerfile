# Runs as a plain user; the lake is a volume, settings come in through --env-file .env.
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home sluice && mkdir -p /sluice/lake && chown -R sluice /sluice
USER sluice
WORKDIR /sluice
COPY --chown=sluice . .
RUN make setup
VOLUME /sluice/lake
EXPOSE 8501
CMD ["make", "run"]
