import type * as client from '@modelcontextprotocol/sdk/client/index.js';
import type * as stdio from '@modelcontextprotocol/sdk/client/stdio.js';
import type * as http from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type * as types from '@modelcontextprotocol/sdk/types.js';

/** What is used of the official SDK. */
export type Sdk = Pick<typeof client, 'Client'> &
  Pick<typeof stdio, 'StdioClientTransport' | 'getDefaultEnvironment'> &
  Pick<typeof http, 'StreamableHTTPClientTransport'> &
  Pick<typeof types, 'ToolListChangedNotificationSchema'>;

let loaded: Promise<Sdk> | null = null;

/** Loads the SDK when the first server is needed: most gateways never do, and it is larger than they are. */
export function loadSdk(): Promise<Sdk> {
  loaded ??= Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]).then(
    ([{ Client }, { StdioClientTransport, getDefaultEnvironment }, { StreamableHTTPClientTransport }, found]) => ({
      Client,
      StdioClientTransport,
      getDefaultEnvironment,
      StreamableHTTPClientTransport,
      ToolListChangedNotificationSchema: found.ToolListChangedNotificationSchema,
    }),
  );
  return loaded;
}
