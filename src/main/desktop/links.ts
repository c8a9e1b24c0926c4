import { app } from 'electron';
import { type DeepLink, LINK_SCHEME, linkIn, readDeepLink } from './deep-link.ts';
import type { Speech } from './desktop-words.ts';
import type { TrayAction } from './tray-state.ts';

/** What a link may cause. */
export interface LinkOptions {
  /** Whether the person wants what the link asks for. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly act: (action: TrayAction) => void;
  readonly failed: (error: unknown) => void;
  /** How the person is spoken to, at this moment. */
  readonly speech: () => Speech;
}

/** Follows tiergate:// links: from macOS as events, elsewhere as words of a start or of a second one. */
export function followLinks({ ask, act, failed, speech }: LinkOptions): (argv: readonly string[]) => void {
  // A checkout would register Electron's bare program.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  let asking = false;

  const follow = async ({ action, question }: DeepLink): Promise<void> => {
    if (question === null) {
      act(action);
      return;
    }
    // A page that fires links gets one question, not a hundred.
    if (asking) return;
    asking = true;
    try {
      if (await ask(question)) act(action);
    } finally {
      asking = false;
    }
  };
  const open = (text: string | undefined): void => {
    const link = text === undefined ? null : readDeepLink(text, speech());
    if (link === null) act({ do: 'open-window' });
    else follow(link).catch(failed);
  };
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open(url);
  });
  return (argv) => {
    open(linkIn(argv));
  };
}
