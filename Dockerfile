FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY db ./db
COPY workers ./workers
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json /app/package-lock.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/scripts ./scripts
COPY --from=build /app/dist ./dist
RUN install -d -o node -g node -m 0700 .data
USER node
VOLUME /app/.data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s CMD ["node", "dist/src/cli.js", "health"]
# One of each kind of process under a parent. On many machines give each container one of them instead:
#   node dist/src/server.js | node dist/workers/main.js drafting | … sending | … media (web and media share MEDIA_DIR)
CMD ["node", "scripts/start.mjs"]
