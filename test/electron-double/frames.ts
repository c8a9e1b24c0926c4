import type { Json } from './chromium.ts';
import { toApp } from './protocol.ts';

/** Electron's `WebFrameMain`, as far as a sender is looked at. */
export interface Frame {
  readonly frameTreeNodeId: number;
  readonly origin: string;
  readonly url: string;
}

interface Context {
  readonly id: number;
  readonly origin: string;
  readonly auxData?: { readonly frameId?: string };
}

/** Knows which frame a script context of a page belongs to, and with which origin it speaks. */
export class Frames {
  readonly #contexts = new Map<number, { readonly frame: string; readonly origin: string }>();
  readonly #numbers = new Map<string, number>();
  readonly #urls = new Map<string, string>();

  created({ context }: Json): void {
    const { id, origin, auxData } = context as Context;
    if (auxData?.frameId !== undefined) this.#contexts.set(id, { frame: auxData.frameId, origin });
  }

  destroyed({ executionContextId }: Json): void {
    this.#contexts.delete(executionContextId as number);
  }

  cleared(): void {
    this.#contexts.clear();
  }

  navigated({ frame }: Json): void {
    const { id, url } = frame as { readonly id: string; readonly url: string };
    this.#urls.set(id, toApp(url));
  }

  /** The frame of a script context; null when it is gone. */
  ofContext(id: number): Frame | null {
    const context = this.#contexts.get(id);
    return context === undefined ? null : this.#frame(context.frame, context.origin);
  }

  /** A frame by Chromium's name for it; a page's main frame is named like its target. */
  named(frame: string): Frame {
    const contexts = [...this.#contexts.values()].filter((context) => context.frame === frame);
    return this.#frame(frame, contexts.at(-1)?.origin ?? 'null');
  }

  #frame(name: string, origin: string): Frame {
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    // Chromium writes an origin that is nobody's as `://`, Electron as `null`.
    return {
      frameTreeNodeId: number,
      origin: origin === '://' ? 'null' : toApp(origin),
      url: this.#urls.get(name) ?? '',
    };
  }
}
