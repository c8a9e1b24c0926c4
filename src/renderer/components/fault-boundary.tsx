import i18next from 'i18next';
import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';

/** Keeps a bug in one part of the window from leaving it blank. */
export class FaultBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override readonly state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert" className="mx-auto max-w-md p-10 text-center">
        <p className="text-base font-semibold">{i18next.t('partFailed')}</p>
        <p className="mt-1 mb-4 text-ink-soft">{i18next.t('partFailedText')}</p>
        <Button onClick={() => this.setState({ failed: false })}>{i18next.t('retry')}</Button>
      </div>
    );
  }
}
