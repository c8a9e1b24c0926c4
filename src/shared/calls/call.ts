import { z } from 'zod';

/** One thing that may be asked: the shape of the question and of the answer. */
export interface Call {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

/** The input of a call that needs none. */
export const Nothing = z.strictObject({}).default({});

/** Something wrong with a document, and where. */
export const ProblemSchema = z.object({ path: z.string(), message: z.string() });
