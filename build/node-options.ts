/**
 * What Node is started with for a gateway. Without a limit V8 gives the young objects of a busy one up to 96 MiB; with half
 * of it streams take as much memory as through a bare pass-through, and nothing measured became slower. Bodies count as a
 * part of the heap, which may reach 128 MiB before all of it is collected: else every 64 MiB of bodies had everything else
 * looked through as well, a third of the time of large requests. package.json says the same for `npm run tiergate`.
 */
export const GATEWAY_NODE_OPTIONS = [
  '--max-semi-space-size=16',
  '--external-memory-accounted-in-global-limit',
  '--initial-old-space-size=128',
] as const;

/**
 * What Node needs besides where it runs the sources: it reads TypeScript by WebAssembly, in each thread for itself, and while
 * one thread calls out of it for the thousandth time, V8 may end the process ("Check failed: jit_page.has_value()",
 * nodejs/node #64500) over the compiled call that it throws away then. With this budget such calls are never compiled; in
 * the built program no thread but the first uses WebAssembly. package.json has it for `npm run tiergate`.
 */
export const SOURCE_NODE_OPTIONS = ['--wasm-wrapper-tiering-budget=2147483647'] as const;
