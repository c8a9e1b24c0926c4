import { Check } from 'lucide-react';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** A menu that opens at its button; `trigger` is that button. */
export function Menu({
  trigger,
  label,
  side = 'bottom',
  align = 'end',
  children,
}: {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly side?: 'top' | 'bottom';
  readonly align?: 'start' | 'end';
  readonly children: ReactNode;
}) {
  return (
    // A modal menu would lock scrolling by a style element, which the page's CSP refuses.
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[min(24rem,var(--radix-dropdown-menu-content-available-height))] min-w-44 overflow-y-auto rounded-lg border border-line bg-raised p-1 text-ink shadow-dialog"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

const ITEM =
  'flex h-7 items-center gap-2 rounded-md px-2 text-sm outline-none select-none data-disabled:text-ink-faint data-highlighted:bg-press';

/** A command of a menu. */
export function MenuItem({
  disabled = false,
  onSelect,
  children,
}: {
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Primitive.Item disabled={disabled} onSelect={() => onSelect()} className={ITEM}>
      {children}
    </Primitive.Item>
  );
}

/** Something to switch on and off in a menu, which stays open for the next one. */
export function MenuChoice({
  checked,
  onChange,
  children,
}: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <Primitive.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
      className={ITEM}
    >
      <span aria-hidden="true" className="grid size-3.5 place-items-center">
        <Primitive.ItemIndicator>
          <Check className="size-3.5 text-accent" />
        </Primitive.ItemIndicator>
      </span>
      {children}
    </Primitive.CheckboxItem>
  );
}

/** A heading in a menu. */
export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Primitive.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-faint">{children}</Primitive.Label>;
}
