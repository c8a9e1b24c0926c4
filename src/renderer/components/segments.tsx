import { ToggleGroup } from 'radix-ui';

/** A choice of few that are all on the screen. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly name: string }[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      className="inline-flex gap-0.5 rounded-md bg-press p-0.5"
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-6 rounded-sm px-2.5 text-xs font-medium text-ink-soft transition-colors duration-100 hover:text-ink data-[state=on]:bg-chosen data-[state=on]:text-ink data-[state=on]:shadow-raised"
        >
          {option.name}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
