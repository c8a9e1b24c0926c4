import { Plus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Pair } from '../../account-form.ts';
import { Button } from '../../components/button.tsx';
import { INPUT_CLASS } from '../../components/field.tsx';

/** A table of two columns to type in, such as models and what they are called upstream. */
export function PairEditor({
  label,
  from,
  to,
  add,
  pairs,
  masked = false,
  options,
  onChange,
}: {
  readonly label: string;
  /** What the columns are called. */
  readonly from: string;
  readonly to: string;
  /** What the button for one more line says. */
  readonly add: string;
  readonly pairs: readonly Pair[];
  /** True where the second column is nobody else's business. */
  readonly masked?: boolean;
  /** The id of a list of what could stand in the second column. */
  readonly options?: string;
  readonly onChange: (pairs: readonly Pair[]) => void;
}) {
  const { t } = useTranslation('accounts');
  const put = (at: number, pair: Pair): void => onChange(pairs.map((other, index) => (index === at ? pair : other)));
  return (
    <fieldset className="min-w-0">
      <legend className="text-xs font-medium text-ink-soft">{label}</legend>
      {pairs.length > 0 && (
        <div aria-hidden="true" className="mt-1 flex gap-2 pr-8 text-xs text-ink-faint">
          <span className="flex-1">{from}</span>
          <span className="flex-1">{to}</span>
        </div>
      )}
      <ul className="mt-1 flex flex-col gap-1.5">
        {pairs.map(([left, right], at) => (
          // A line has no name of its own, and one that is taken out takes its place with it.
          <li key={at} className="flex items-center gap-2">
            <input
              aria-label={t('pair.line', { name: from, line: at + 1 })}
              value={left}
              spellCheck={false}
              autoComplete="off"
              className={`${INPUT_CLASS} min-w-0 flex-1 font-mono text-xs`}
              onChange={({ target }) => put(at, [target.value, right])}
            />
            <input
              aria-label={t('pair.line', { name: to, line: at + 1 })}
              type={masked ? 'password' : 'text'}
              value={right}
              spellCheck={false}
              autoComplete="off"
              list={options}
              className={`${INPUT_CLASS} min-w-0 flex-1 font-mono text-xs`}
              onChange={({ target }) => put(at, [left, target.value])}
            />
            <Button
              look="bare"
              size="icon"
              aria-label={t('pair.remove', { line: at + 1 })}
              onClick={() => onChange(pairs.toSpliced(at, 1))}
            >
              <X aria-hidden="true" className="size-3.5" />
            </Button>
          </li>
        ))}
      </ul>
      <Button size="small" className="mt-2" onClick={() => onChange([...pairs, ['', '']])}>
        <Plus aria-hidden="true" className="size-3.5" />
        {add}
      </Button>
    </fieldset>
  );
}
