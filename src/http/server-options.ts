/** Limits of the web process's sockets. Slow senders are cut off, looked for often enough to mean it; a proxy's idle connections outlive the usual 60 s. */
export const serverOptions = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
} as const

/** Further headers of a request are dropped. */
export const HEADERS_MAX = 100
