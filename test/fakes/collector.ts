import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Message } from './protobuf.ts';

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** One span as a collector sees it. */
export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  /** 3 is a client's. */
  readonly kind: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly attributes: Attributes;
  readonly events: readonly string[];
  /** 2 is an error. */
  readonly status: number;
}

/** One measurement as a collector sees it. */
export interface SeenPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Attributes;
  /** The sum, of a histogram too. */
  readonly value: number;
  /** How many were measured; null where that is not a histogram. */
  readonly count: number | null;
  readonly bounds: readonly number[];
}

/** What the collector does with what it is sent. */
export type Reception = 'take' | 'refuse' | 'hold';

/** A collector for OTLP over HTTP in this process. */
export class Collector {
  readonly spans: SeenSpan[] = [];
  /** The newest of each metric and its attributes. */
  readonly points = new Map<string, SeenPoint>();
  readonly resources: Attributes[] = [];
  readonly scopes = new Set<string>();
  readonly paths: string[] = [];
  reception: Reception = 'take';
  readonly #server: Server;
  readonly #held: ServerResponse[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Collector> {
    const server = createServer();
    const collector = new Collector(server);
    server.on('request', (request, response) => {
      void buffer(request).then((body) => {
        const { url = '', headers } = request;
        collector.paths.push(url);
        if (collector.reception === 'hold') {
          collector.#held.push(response);
          return;
        }
        if (collector.reception === 'refuse') response.writeHead(400).end();
        else {
          const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
          if (url === '/v1/traces') collector.#takeSpans(new Message(bytes));
          if (url === '/v1/metrics') collector.#takeMetrics(new Message(bytes));
          response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The points of one metric. */
  of(metric: string): SeenPoint[] {
    return [...this.points.values()].filter((point) => point.metric === metric);
  }

  async close(): Promise<void> {
    for (const response of this.#held) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #takeSpans(request: Message): void {
    for (const resource of request.messages(1)) {
      this.#takeResource(resource);
      for (const scope of resource.messages(2)) {
        this.scopes.add(scope.message(1)?.text(1) ?? '');
        this.spans.push(...scope.messages(2).map(spanOf));
      }
    }
  }

  #takeMetrics(request: Message): void {
    for (const resource of request.messages(1)) {
      this.#takeResource(resource);
      for (const scope of resource.messages(2)) {
        for (const metric of scope.messages(2))
          for (const point of pointsOf(metric))
            this.points.set(JSON.stringify([point.metric, point.attributes]), point);
      }
    }
  }

  #takeResource(resource: Message): void {
    const described = resource.message(1);
    if (described !== null) this.resources.push(attributesOf(described, 1));
  }
}

function spanOf(span: Message): SeenSpan {
  return {
    traceId: span.hex(1),
    spanId: span.hex(2),
    parentId: span.hex(4),
    name: span.text(5) ?? '',
    kind: span.whole(6) ?? 0,
    from: (span.whole(7) ?? 0) / 1e6,
    until: (span.whole(8) ?? 0) / 1e6,
    attributes: attributesOf(span, 9),
    events: span.messages(11).map((event) => event.text(2) ?? ''),
    status: span.message(15)?.whole(3) ?? 0,
  };
}

function pointsOf(metric: Message): SeenPoint[] {
  const named = { metric: metric.text(1) ?? '', unit: metric.text(3) ?? '' };
  const numbers = [...metric.messages(5), ...metric.messages(7)].flatMap((data) => data.messages(1));
  const histograms = metric.messages(9).flatMap((data) => data.messages(1));
  return [
    ...numbers.map((point) => ({
      ...named,
      attributes: attributesOf(point, 7),
      value: point.double(4) ?? point.whole(6) ?? 0,
      count: null,
      bounds: [],
    })),
    ...histograms.map((point) => ({
      ...named,
      attributes: attributesOf(point, 9),
      value: point.double(5) ?? 0,
      count: point.whole(4),
      bounds: point.doubles(7),
    })),
  ];
}

function attributesOf(message: Message, number: number): Attributes {
  return Object.fromEntries(
    message.messages(number).map((pair) => {
      const value = pair.message(2);
      const bool = value?.whole(2) ?? null;
      return [
        pair.text(1) ?? '',
        value?.text(1) ?? (bool === null ? null : bool === 1) ?? value?.whole(3) ?? value?.double(4) ?? '',
      ];
    }),
  );
}
