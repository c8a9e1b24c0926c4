import { Tooltip as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** The area in which tooltips share their delay: the second one shows at once. */
export function TooltipArea({ children }: { readonly children: ReactNode }) {
  return <Primitive.Provider delayDuration={350}>{children}</Primitive.Provider>;
}

/** A few words about what is under the pointer or has the focus; `children` is the one element they are about. */
export function Tooltip({
  text,
  side = 'top',
  children,
}: {
  readonly text: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly children: ReactNode;
}) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 rounded-md border border-line bg-raised px-2 py-1 text-xs text-pretty text-ink shadow-dialog"
        >
          {text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
