import i18next from 'i18next';
import type { Turn } from '../../shared/turn.ts';

/** One way to point a tool at the gateway: texts, and where each belongs. */
export interface ConnectSnippet {
  readonly id: string;
  readonly name: string;
  readonly parts: readonly { readonly place: string; readonly text: string }[];
}

/** Stands for the local key where it is not known any more. */
export const KEY_PLACEHOLDER = 'tg-…';

/** A model that the sandbox and OpenAI both answer for. */
const MODEL = 'gpt-5.5';

/** A command that makes one turn; it asks for Fast, so that the policy has something to do. */
export function curlCommand(baseUrl: string, key: string): string {
  return [
    `curl ${baseUrl}/responses \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{"model":"${MODEL}","service_tier":"priority","input":"Hi"}'`,
  ].join('\n');
}

/** How the common tools are connected, with the gateway's base URL and a local key. */
export function connectSnippets(baseUrl: string, key: string): readonly ConnectSnippet[] {
  return [
    {
      id: 'codex',
      name: 'Codex',
      parts: [
        {
          place: '~/.codex/config.toml',
          text: [
            'model_provider = "tiergate"',
            '',
            '[model_providers.tiergate]',
            'name = "Tiergate"',
            `base_url = "${baseUrl}"`,
            'env_key = "TIERGATE_KEY"',
            'wire_api = "responses"',
            'supports_websockets = true',
          ].join('\n'),
        },
        { place: i18next.t('words:places.codexShell'), text: `export TIERGATE_KEY=${key}` },
      ],
    },
    {
      id: 'claude',
      name: 'Claude Code',
      parts: [
        {
          place: i18next.t('words:places.claudeShell'),
          text: [
            // It puts /v1 before every path by itself.
            `export ANTHROPIC_BASE_URL=${baseUrl.replace(/\/v1$/, '')}`,
            `export ANTHROPIC_API_KEY=${key}`,
          ].join('\n'),
        },
      ],
    },
    {
      id: 'sdk',
      name: 'OpenAI SDK',
      parts: [
        {
          place: i18next.t('words:places.sdk'),
          text: [
            "import OpenAI from 'openai';",
            '',
            'const client = new OpenAI({',
            `  baseURL: '${baseUrl}',`,
            `  apiKey: '${key}',`,
            '});',
          ].join('\n'),
        },
      ],
    },
    {
      id: 'curl',
      name: 'curl',
      parts: [{ place: i18next.t('words:places.terminal'), text: curlCommand(baseUrl, key) }],
    },
  ];
}

/** A turn as a command that asks for the same again, with places for the key and what was said, which is not kept. */
export function curlOf({ route, dialect, models, tiers, streamed }: Turn, baseUrl: string | null): string {
  const body = {
    model: models.requested ?? MODEL,
    ...(tiers.requested === null ? {} : { service_tier: tiers.requested }),
    ...(streamed ? { stream: true } : {}),
    ...(dialect === 'responses' ? { input: '…' } : { messages: [{ role: 'user', content: '…' }] }),
    ...(dialect === 'messages' ? { max_tokens: 1024 } : {}),
  };
  const path =
    route ?? (dialect === 'chat' ? '/chat/completions' : dialect === 'messages' ? '/messages' : '/responses');
  return [
    `curl ${baseUrl ?? 'http://127.0.0.1:4141/v1'}${path} \\`,
    `  -H "Authorization: Bearer ${KEY_PLACEHOLDER}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d ${shellQuoted(JSON.stringify(body))}`,
  ].join('\n');
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
