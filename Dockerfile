# One image for API processes, workers and commands. The test of deployments runs these very steps without a docker engine
# (deploy/test/image.deploy.test.ts).
#
#   docker build --build-arg GIT_COMMIT=$(git rev-parse HEAD) -t stampede .
#   docker run --init --read-only --env-file .env -p 3000:3000 stampede
#   docker run --init --read-only --env-file .env stampede node --no-memory-reducer --no-flush-bytecode dist/src/worker.js

FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-progress
COPY . .
RUN node scripts/build.mjs
# What runs needs no tools; npm keeps TypeScript because a package names it as an optional peer.
RUN npm prune --omit=dev --no-progress && rm -rf node_modules/typescript

FROM node:20.19.5-bookworm-slim
ARG GIT_COMMIT
ENV NODE_ENV=production GIT_COMMIT=${GIT_COMMIT}
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Owns nothing here: the files are root's, and nothing is written.
USER node
EXPOSE 3000
# Of an API process; a worker listens to nobody (compose takes it away there).
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/api/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-old-space-size=1024", "--no-memory-reducer", "--no-flush-bytecode", "dist/src/server.js"]
