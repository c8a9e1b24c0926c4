/**
 * A tool made with the AI SDK: it asks one question over the protocol it is told, runs what the model calls, and prints
 * what came of it as one line of JSON.
 */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const { LAB_PROTOCOL: protocol, LAB_BASE_URL: baseURL, LAB_LOCAL_KEY: apiKey } = process.env;

const openai = createOpenAI({ baseURL, apiKey });
const models = {
  responses: () => openai.responses('gpt-5.5'),
  chat: () => openai.chat('gpt-5.5'),
  messages: () => createAnthropic({ baseURL, apiKey })('claude-opus-5'),
};

const read = tool({
  description: 'Reads a file',
  inputSchema: z.object({ path: z.string() }),
  execute: ({ path }) => Promise.resolve(`text of ${path}`),
});

let error = null;
const result = streamText({
  model: models[protocol](),
  prompt: 'Read both.',
  tools: { read },
  stopWhen: stepCountIs(4),
  maxRetries: 0,
  providerOptions: { openai: { serviceTier: 'priority', store: false }, anthropic: { speed: 'fast' } },
  onError: (event) => {
    error = event.error;
  },
});

try {
  const [text, steps, usage] = [await result.text, await result.steps, await result.totalUsage];
  const calls = steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output));
  process.stdout.write(JSON.stringify({ text, calls, input: usage.inputTokens, output: usage.outputTokens }));
} catch (thrown) {
  const { message, statusCode } = error ?? thrown;
  process.stdout.write(JSON.stringify({ error: message, status: statusCode }));
}
