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
# beyond this container by intent: publish the port to a reverse proxy with a login only
ENV SLUICE_SERVE_ADDRESS=0.0.0.0
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD [".venv/bin/python", "-m", "dashboards.healthy"]
CMD ["make", "serve"]
