# agent-ci for any CI that runs images: docker run --rm -v "$PWD:$PWD" -w "$PWD" agent-ci fix
#
# agent-ci has an environment of its own in /opt/agent-ci. The tests run with the Python of the base, which has pytest:
# an image of yours that begins with this one adds what your tests need with `RUN python -m pip install ...`.
#
# Another base needs Python 3.11 or later with pip and venv; git and tini are added where apt-get can add them.
ARG PYTHON_IMAGE=python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
COPY requirements/ requirements/
# The parts of packages that no command of ours uses: their tests, and the web pages of a server that is never started.
RUN python -m venv --without-pip /opt/agent-ci && \
    python -m pip --python /opt/agent-ci/bin/python install --no-cache-dir --no-compile --disable-pip-version-check \
        --require-hashes --requirement requirements/runtime.txt && \
    find /opt/agent-ci -depth -type d '(' -name tests -o -name test -o -path '*/litellm/proxy/_experimental/out' \
        -o -path '*/litellm/proxy/swagger' ')' -exec rm -rf {} +
COPY agent_ci/ /opt/agent-ci/source/agent_ci/
COPY LICENSE /opt/agent-ci/
RUN printf '#!/bin/sh\nexec /opt/agent-ci/bin/python -P -m agent_ci "$@"\n' >/opt/agent-ci/bin/agent-ci && \
    chmod 0755 /opt/agent-ci/bin/agent-ci && \
    /opt/agent-ci/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >site && \
    echo /opt/agent-ci/source >"$(cat site)/agent_ci.pth" && \
    /opt/agent-ci/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash "$(cat site)" /opt/agent-ci/source

FROM ${PYTHON_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="agent-ci" \
      org.opencontainers.image.description="A CI step: a red build goes in, a proven fix comes out" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# hadolint ignore=DL3008 # the versions are those of the base, which is pinned; older ones are not in Debian's archive
RUN if ! { command -v git && command -v tini; } >/dev/null; then \
        apt-get update && \
        apt-get install --yes --no-install-recommends git tini && \
        rm -rf /var/lib/apt/lists/*; \
    fi && \
    echo 'agent-ci:x:1000:1000:agent-ci:/home/agent-ci:/bin/sh' >>/etc/passwd && \
    echo 'agent-ci:x:1000:' >>/etc/group && \
    mkdir -p /home/agent-ci && \
    chown 1000:1000 /home/agent-ci
COPY requirements/image.txt /opt/agent-ci/
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore \
        --require-hashes --requirement /opt/agent-ci/image.txt
COPY --from=build /opt/agent-ci/ /opt/agent-ci/
RUN ln -s /opt/agent-ci/bin/agent-ci /usr/bin/agent-ci
USER 1000:1000
WORKDIR /home/agent-ci
# tini ends what a run left behind, and hands signals on: the engine's own `--init` is not needed.
ENTRYPOINT ["tini", "--", "agent-ci"]
CMD ["--help"]
