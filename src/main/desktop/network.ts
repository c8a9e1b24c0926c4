import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** The machine's addresses towards others, as one text that changes with the network it is in. */
export function networkSignature(
  interfaces: NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, 'address' | 'internal'>[]>,
): string {
  return Object.entries(interfaces)
    .flatMap(([name, addresses = []]) =>
      addresses.filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
    )
    .sort()
    .join('\n');
}

/** What a watch needs from outside. */
export interface NetworkWatchOptions {
  readonly read?: typeof networkInterfaces;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly onChange: () => void;
}

/** The system tells of no change, so it is looked at; a glance costs microseconds. */
const LOOK_EVERY_MS = 5000;

/** Calls back when the machine is in another network; returns the function that ends that. */
export function watchNetwork({ read = networkInterfaces, after, onChange }: NetworkWatchOptions): () => void {
  let last = networkSignature(read());
  let cancel: () => void;
  const look = (): void => {
    const now = networkSignature(read());
    // While there is no network there is nothing to connect to.
    if (now !== last && now !== '') onChange();
    last = now;
    cancel = after(LOOK_EVERY_MS, look);
  };
  cancel = after(LOOK_EVERY_MS, look);
  return () => {
    cancel();
  };
}
