import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Carrier, Reply } from '../shared/control.ts';
import { IPC_CHANNELS } from '../shared/ipc-channels.ts';

/** All that the page gets of the outside: two functions, and no way to name a channel. */
const bridge = {
  call: (name: string, input: unknown): Promise<Reply> =>
    ipcRenderer.invoke(IPC_CHANNELS.call, name, input) as Promise<Reply>,
  subscribe: (listener: (push: unknown) => void): (() => void) => {
    // The event carries the sender and its ports, so it stays on this side.
    const hand = (_event: IpcRendererEvent, push: unknown): void => listener(push);
    ipcRenderer.on(IPC_CHANNELS.push, hand);
    return () => {
      ipcRenderer.off(IPC_CHANNELS.push, hand);
    };
  },
} satisfies Carrier;

contextBridge.exposeInMainWorld('tiergate', bridge);
