// Loaded into a contestant beforehand, with --expose-gc: what is garbage is not its memory, and when V8 collects is chance.

process.on('SIGUSR2', () => {
  // The second sweeps what the first has finalized.
  globalThis.gc?.();
  globalThis.gc?.();
});
