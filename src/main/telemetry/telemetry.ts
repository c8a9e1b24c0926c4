import type { Settings } from '../../shared/settings.ts';
import type { Turn } from '../../shared/turn.ts';
import type { Instruments, InstrumentsOptions } from './instruments.ts';

/** What telemetry needs from the rest of the house. */
export type TelemetryOptions = Omit<InstrumentsOptions, 'endpoint'>;

/**
 * Spans and metrics for the user's own tools, off until the settings switch them on. A turn only leaves its row here; the
 * work is done in a later round of the event loop, and what a collector cannot take is thrown away and counted.
 */
export class Telemetry {
  readonly #options: TelemetryOptions;
  #instruments: Instruments | null = null;
  #fresh: Turn[] = [];
  #wanted = 'off';
  #changing: Promise<void> = Promise.resolve();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  /** Follows the settings; resolves when they are in force. */
  follow({ otlp, metricsKeyHash }: Settings['telemetry']): Promise<void> {
    const endpoint = otlp.enabled ? otlp.endpoint.replace(/\/+$/, '') : null;
    const isOn = endpoint !== null || metricsKeyHash !== undefined;
    const wanted = isOn ? `to ${endpoint ?? 'the page'}` : 'off';
    if (wanted === this.#wanted) return this.#changing;
    this.#wanted = wanted;
    this.#changing = this.#changing.then(async () => {
      const before = this.#instruments;
      this.#instruments = isOn ? await this.#make(endpoint) : null;
      await before?.close();
      if (endpoint === null) this.#options.trouble(null);
    });
    return this.#changing;
  }

  /** A turn's row has been committed. */
  recorded(turn: Turn): void {
    if (this.#instruments === null) return;
    this.#fresh.push(turn);
    if (this.#fresh.length === 1) setImmediate(this.#count);
  }

  /** The metrics as Prometheus reads them; null while nothing is counted. */
  async page(): Promise<string | null> {
    this.#count();
    return (await this.#instruments?.page()) ?? null;
  }

  async close(): Promise<void> {
    await this.#changing;
    this.#count();
    await this.#instruments?.close();
    this.#instruments = null;
  }

  readonly #count = (): void => {
    for (const turn of this.#fresh.splice(0)) this.#instruments?.turn(turn);
  };

  async #make(endpoint: string | null): Promise<Instruments> {
    // Loaded late: most people never switch it on, and it would be the largest part of the start.
    const { Instruments } = await import('./instruments.ts');
    return new Instruments({ ...this.#options, endpoint });
  }
}
