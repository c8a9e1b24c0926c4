import { Switch as Primitive } from 'radix-ui';

/** An on/off switch; `busy` shows the wanted state while it is being saved. */
export function Switch({
  checked,
  busy = false,
  label,
  onChange,
}: {
  readonly checked: boolean;
  readonly busy?: boolean;
  readonly label: string;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <Primitive.Root
      checked={checked}
      aria-label={label}
      aria-busy={busy}
      onCheckedChange={(next) => {
        if (!busy) onChange(next);
      }}
      className="group relative h-[1.125rem] w-8 shrink-0 rounded-full bg-line-control transition-colors duration-150 aria-busy:opacity-70 data-[state=checked]:bg-accent"
    >
      <Primitive.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-panel shadow-raised transition-transform duration-150 data-[state=checked]:translate-x-4" />
    </Primitive.Root>
  );
}
