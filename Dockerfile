# Debian, not Alpine: argon2, @node-rs/argon2 and lmdb ship binaries for both, but the tests run on those for glibc.
# Nothing is compiled and no package's script runs, so no stage needs a compiler.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json ./
COPY scripts scripts
COPY src src
# as the package is built
RUN npm run --silent build:dist && find dist -name '*.tsbuildinfo' -delete

FROM node:22-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5000 DATA_DIR=/data
# the program belongs to root and the service does not run as root: it cannot change itself
RUN install -d -o node -g node -m 700 /data
WORKDIR /app
COPY package.json ./
COPY mail-templates mail-templates
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
VOLUME /data
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
