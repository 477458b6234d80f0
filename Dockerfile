# The service in a container. `docker build -t closient .`; README.md ("In a container") says how it runs.
FROM python:3.11-slim-bookworm AS build

ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/closient
# Without pip, which has nothing to do in the image.
RUN python -m venv --without-pip /srv/venv
COPY requirements/base.txt requirements/base.txt
RUN /usr/local/bin/pip --python /srv/venv/bin/python install --quiet --disable-pip-version-check --no-cache-dir --require-hashes -r requirements/base.txt
COPY manage.py CHANGELOG.md ./
COPY docs/versions.md docs/versions.md
COPY closient closient
COPY apps apps
# The key signs nothing here: the settings want one. The folder that they make is not for the image.
RUN DJANGO_SECRET_KEY=only-while-building STATIC_ROOT=/srv/static python manage.py collectstatic --no-input --verbosity 0 && rmdir .data
RUN python -m compileall -q -j 0 apps closient
RUN install -d -m 700 -o 10001 -g 10001 /srv/data


FROM python:3.11-slim-bookworm

COPY --from=build /srv /srv
WORKDIR /srv/closient
# Nothing but /srv/data is written to: the root may be read-only.
ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/srv/data
ENV HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json STATIC_ROOT=/srv/static
ENV MEDIA_ROOT=/srv/data/media METRICS_ROOT=/srv/data/metrics DATABASE_URL=sqlite:////srv/data/db.sqlite3
USER 10001:10001
VOLUME /srv/data
EXPOSE 8000
# A stop waits 30 s for uploads that still move.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
