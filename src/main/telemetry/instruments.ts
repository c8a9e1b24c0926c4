import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  type IMetricReader,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Turn } from '../../shared/turn.ts';
import { SpanQueue } from './span-queue.ts';
import type { FindAccount } from './turn-attributes.ts';
import { type GatewayFigures, turnMetrics } from './turn-metrics.ts';
import { TurnSpans } from './turn-spans.ts';

/** How often metrics go to the collector. */
const METRICS_EVERY_MS = 30_000;

/** How long stopping may wait for a collector. */
const CLOSE_MS = 2000;

/** What the instruments are made of. */
export interface InstrumentsOptions {
  /** Where the collector listens; null for a Prometheus page alone. */
  readonly endpoint: string | null;
  readonly version: string;
  readonly account: FindAccount;
  readonly figures: () => Omit<GatewayFigures, 'dropped'>;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly trouble: (reason: string | null) => void;
}

/** Spans and metrics, made by OpenTelemetry. The only module that loads it all, and itself loaded only where one of both is on. */
export class Instruments {
  readonly #provider: MeterProvider;
  readonly #page = new PageReader();
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  readonly #queue: SpanQueue | null;
  readonly #count: (turn: Turn) => void;

  constructor({ endpoint, version, account, figures, after, trouble }: InstrumentsOptions) {
    const resource = resourceFromAttributes({ 'service.name': 'tiergate', 'service.version': version });
    const readers: IMetricReader[] = [this.#page];
    if (endpoint !== null) {
      readers.push(
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
          exportIntervalMillis: METRICS_EVERY_MS,
        }),
      );
    }
    this.#provider = new MeterProvider({ resource, readers });
    const spans = new TurnSpans(resource, account, version);
    this.#queue =
      endpoint === null
        ? null
        : new SpanQueue({
            exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }),
            spansOf: (turns) => spans.of(turns),
            after,
            trouble,
          });
    this.#count = turnMetrics(this.#provider.getMeter('tiergate', version), account, () => ({
      ...figures(),
      dropped: this.#queue?.dropped ?? 0,
    }));
  }

  turn(turn: Turn): void {
    this.#count(turn);
    this.#queue?.add(turn);
  }

  /** The metrics as Prometheus reads them. */
  async page(): Promise<string> {
    const { resourceMetrics } = await this.#page.collect();
    return this.#serializer.serialize(resourceMetrics);
  }

  async close(): Promise<void> {
    // What cannot be told to a collector any more is not worth waiting for.
    await Promise.all([
      this.#queue?.close(CLOSE_MS),
      this.#provider.shutdown({ timeoutMillis: CLOSE_MS }).catch(() => undefined),
    ]);
  }
}

/** Collects when somebody looks at the page. */
class PageReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}
