/** Under which names answers of the gateway are kept; pushes replace them there. */
export const queryKeys = { status: ['status'], policy: ['policy'] } as const;
