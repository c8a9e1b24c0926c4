/**
 * What Node is started with for a gateway. Without a limit V8 gives the young objects of a busy one up to 96 MiB; with half
 * of it streams take as much memory as through a bare pass-through, and nothing measured became slower. package.json says
 * the same for `npm run tiergate`.
 */
export const GATEWAY_NODE_OPTIONS = ['--max-semi-space-size=16'] as const;
