# The command kafka-pg-sink, on Node.js and nothing else; docs/consume.md says how to run it.
#
#   docker build --tag kafka-pg-sink .
#
# The base is pinned by the digest of its index, which holds all architectures: a tag moves. Let a bot raise both, or take
# what `docker buildx imagetools inspect node:24-bookworm-slim` prints.
ARG NODE=node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df

FROM $NODE AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Only esbuild and what is bundled matter here; the servers of the tests, which install scripts would fetch, do not.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY sink.config.ts ./
COPY src src
RUN node scripts/build-command.ts

FROM $NODE
ENV NODE_ENV=production
# Probes and Prometheus come from outside the container.
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
WORKDIR /app
# Owned by root and read only for the user below: nothing is ever written.
COPY --from=build /app/dist/command dist/command
COPY --from=build /app/dist/sink.config.mjs ./
# For a definition of yours that is mounted as /app/sink.config.ts, .mts, .mjs or .js.
COPY --from=build /app/dist/node_modules node_modules
COPY migrations migrations
# The image's user `node`, by number, as Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# There is no curl in the image.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/command/kafka-pg-sink.mjs"]
CMD ["consume"]
