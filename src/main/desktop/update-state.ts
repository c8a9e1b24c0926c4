/** How far the app is with a newer version of itself; `off` is a checkout, or a person who wants none. */
export type UpdateState =
  | { readonly kind: 'off' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'loading'; readonly version: string; readonly percent: number }
  /** Waits on the disk until somebody asks for it, or until the app ends. */
  | { readonly kind: 'ready'; readonly version: string }
  /** Somebody has asked for it, and turns are open. */
  | { readonly kind: 'waiting'; readonly version: string }
  | { readonly kind: 'failed'; readonly reason: string };
