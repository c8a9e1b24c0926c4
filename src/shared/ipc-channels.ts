/** The two channels that carry the contract of control.ts over Electron's IPC; nothing else crosses. */
export const IPC_CHANNELS = {
  /** Invoked with a call's name and input, answered with a Reply. */
  call: 'control:call',
  /** Sent to the window with one push. */
  push: 'control:push',
} as const;
