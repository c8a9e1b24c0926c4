import { randomBytes } from 'node:crypto';
import type { TOOL_CALLS } from '../../shared/calls/tool.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import type { Settings, Tool } from '../../shared/settings.ts';
import { keyHash } from '../gateway/guard.ts';
import type { ControlRooms } from './rooms.ts';

/** Tools and their local keys. */
export function toolCalls({ settings }: ControlRooms): HandlersOf<typeof TOOL_CALLS> {
  return {
    'tool.list': () => ({ tools: settings.current.tools.map(({ name, limits }) => ({ name, limits })) }),
    'tool.add': async ({ name }) => {
      const key = newLocalKey();
      await settings.change((current) => {
        if (current.tools.some((tool) => tool.name === name)) throw new TiergateError('tool_exists', name);
        return { ...current, tools: [...current.tools, { name, keyHash: keyHash(key) }] };
      });
      return { name, key };
    },
    'tool.rotate': async ({ name }) => {
      const key = newLocalKey();
      await settings.change((current) => changeTool(current, name, (tool) => ({ ...tool, keyHash: keyHash(key) })));
      return { name, key };
    },
    'tool.limit': async ({ name, limits }) => {
      await settings.change((current) => changeTool(current, name, (tool) => ({ ...tool, limits })));
      return { name, limits };
    },
    'tool.revoke': async ({ name }) => {
      await settings.change((current) => {
        if (!current.tools.some((tool) => tool.name === name)) throw new TiergateError('tool_unknown', name);
        return { ...current, tools: current.tools.filter((tool) => tool.name !== name) };
      });
      return { name };
    },
  };
}

function changeTool(settings: Settings, name: string, change: (tool: Tool) => Tool): Settings {
  if (!settings.tools.some((tool) => tool.name === name)) throw new TiergateError('tool_unknown', name);
  return { ...settings, tools: settings.tools.map((tool) => (tool.name === name ? change(tool) : tool)) };
}

/** A local key: 192 random bits, marked so that it can be told from a provider's. */
function newLocalKey(): string {
  return `tg-${randomBytes(24).toString('base64url')}`;
}
