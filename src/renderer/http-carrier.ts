import { type Carrier, type ControlFault, type Reply, ReplySchema } from '../shared/control.ts';

const UNREACHABLE: ControlFault = {
  code: 'gateway_unreachable',
  message: 'The gateway does not answer.',
  next: 'Check that Tiergate is still running. The window tries again by itself.',
};

const UNREADABLE: ControlFault = {
  code: 'gateway_unreadable',
  message: 'Something else than the gateway answered.',
  next: 'Check the address of this page: another program may have taken the gateway’s port.',
};

/** Milliseconds before each new attempt; the last one repeats. Loopback is cheap to ask, so they stay short. */
const RECONNECT_AFTER = [250, 500, 1000, 2000, 4000];

/** Carries the contract over the gateway's own port, for a window in a browser; `page` is the window's address. */
export function createHttpCarrier(token: string, page: string): Carrier {
  return {
    async call(name, input): Promise<Reply> {
      let response: Response;
      try {
        response = await fetch(new URL(`api/${name}`, page), {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-tiergate-session': token },
          body: JSON.stringify(input),
          cache: 'no-store',
        });
      } catch {
        return { ok: false, error: UNREACHABLE };
      }
      const body: unknown = await response.json().catch(() => null);
      const reply = ReplySchema.safeParse(body);
      return reply.success ? reply.data : { ok: false, error: UNREADABLE };
    },
    subscribe: (listener, connection) => keepListening(eventsUrl(page), token, listener, connection),
  };
}

function eventsUrl(page: string): URL {
  const url = new URL('events', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url;
}

/** Holds a WebSocket open until the returned function is called, opening a new one whenever it is lost. */
function keepListening(
  url: URL,
  token: string,
  listener: (push: unknown) => void,
  connection: ((connected: boolean) => void) | undefined,
): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let ended = false;

  const open = (): void => {
    const current = new WebSocket(url, ['tiergate', `session.${token}`]);
    socket = current;
    current.addEventListener('open', () => {
      attempt = 0;
      connection?.(true);
    });
    current.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') listener(JSON.parse(data));
    });
    // A failed attempt ends with `close` as well, so `error` needs no listener.
    current.addEventListener('close', () => {
      if (ended) return;
      connection?.(false);
      timer = setTimeout(open, RECONNECT_AFTER[Math.min(attempt, RECONNECT_AFTER.length - 1)]);
      attempt += 1;
    });
  };

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket?.close();
  };
}
