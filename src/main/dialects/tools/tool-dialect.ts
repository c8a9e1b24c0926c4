import type { Json } from '../translate/exact-json.ts';

/** A function as a model is offered it. */
interface OfferedFunction {
  readonly name: string;
  readonly description: string;
  readonly parameters: Json;
}

/** A call that a model has asked for. */
export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them. */
  readonly arguments: string;
}

/** What a model's answer asks for. */
export interface AskedCalls {
  /** True where the answer came to its end: a call that was cut off is never made. */
  readonly whole: boolean;
  readonly calls: readonly FunctionCall[];
  /** What the model said, as it stands in the conversation that goes on from it. */
  readonly said: readonly Json[];
}

/** A request that has room for functions of the gateway's own. */
export interface OpenRequest {
  /** The names that are taken in it. */
  readonly names: ReadonlySet<string>;
  /** The request with functions added, and with what has been said since. */
  with(functions: readonly OfferedFunction[], since: readonly Json[]): Buffer;
}

/** How a protocol offers functions, asks for them and is told what came of them. */
export interface ToolDialect {
  /** Null for a request that no function may be added to. */
  open(bytes: Buffer): OpenRequest | null;
  /** What a good answer asks for. */
  asked(answer: Buffer, streamed: boolean): AskedCalls;
  /** What came of a call, as it stands in the conversation. */
  result(call: FunctionCall, text: string): Json;
  /** The answer as it is without some of its calls. */
  without(answer: Buffer, streamed: boolean, isGone: (name: string) => boolean): Buffer;
}
