# The workbench as an image. docs/hosting.md says how to run it; `make hosting` runs these steps where there is no Docker.

# Installing takes place in a stage of its own, so that neither pip's leftovers nor what was only copied for it remain.
FROM python:3.11-slim-bookworm AS packages
# torch without CUDA: from the ordinary index it would bring gigabytes of libraries for a GPU.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.txt constraints.txt ./
RUN python -m venv --without-pip /opt/venv \
 && python -m pip --python /opt/venv/bin/python install \
      --no-deps --index-url "${TORCH_INDEX}" --constraint constraints.txt torch \
 && python -m pip --python /opt/venv/bin/python install \
      --requirement requirements.txt --constraint constraints.txt dumb-init==1.2.5.post1

FROM python:3.11-slim-bookworm
# Who runs it owns the volume, and nothing else: the code and the packages are root's.
RUN useradd --create-home --uid 1000 workbench \
 && install --directory --owner=workbench --group=workbench --mode=700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
RUN /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/home/workbench \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/data/cache/numba \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=7860 \
    WORKBENCH_CACHE=/data/cache \
    WORKBENCH_HOME=/data/workbench
# A number, so that a cluster can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client, os; \
server = http.client.HTTPConnection('localhost', int(os.environ['STREAMLIT_SERVER_PORT']), timeout=4); \
server.request('GET', os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '') + '/api/health'); \
raise SystemExit(server.getresponse().status != 200)"]
# Process number 1 has to take in what ended jobs leave behind, which a web server does not do.
ENTRYPOINT ["dumb-init", "--single-child", "--"]
CMD ["streamlit", "run", "app.py"]
