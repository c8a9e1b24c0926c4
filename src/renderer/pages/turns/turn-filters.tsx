import { ChevronDown, X } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTIONS } from '../../../shared/policy.ts';
import { useAnswer } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { Menu, MenuChoice, MenuItem } from '../../components/menu.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import {
  FILTER_LISTS,
  FILTER_SPANS,
  FILTER_STATUSES,
  type FilterList,
  type FilterQuery,
  type FilterSpan,
  spanOf,
  valuesOf,
  withValue,
} from '../../turn-filter.ts';
import { verdictWord } from '../../words/turn-word.ts';

/** What narrows the list: a search, and a choice for each thing that turns differ in. */
export const TurnFilters = memo(function TurnFilters({
  query,
  onChange,
}: {
  readonly query: FilterQuery;
  readonly onChange: (query: FilterQuery) => void;
}) {
  const { t } = useTranslation('turns');
  const { data: facets } = useAnswer('turns.facets', {});
  const span = spanOf(query);
  const status = FILTER_STATUSES.find((known) => known === query['status']);
  return (
    <div role="search" aria-label={t('filters')} className="flex flex-wrap items-center gap-1.5">
      <SearchBox
        label={t('search')}
        hint={t('searchWhy')}
        text={query['text'] ?? ''}
        onChange={(text) => onChange(withValue(query, 'text', text))}
      />
      {FILTER_LISTS.map((list) => (
        <ListFilter
          key={list}
          list={list}
          options={list === 'verdicts' ? ACTIONS : (facets?.[list] ?? [])}
          chosen={valuesOf(query, list)}
          onChange={(values) => onChange(withValue(query, list, values.join(',')))}
        />
      ))}
      <OneFilter
        name={t('filter.status')}
        value={status ?? ''}
        options={FILTER_STATUSES.map((value) => [value, t(`statuses.${value}`)])}
        onChange={(value) => onChange(withValue(query, 'status', value))}
      />
      <OneFilter
        name={t('filter.since')}
        value={span ?? ''}
        options={(Object.keys(FILTER_SPANS) as FilterSpan[]).map((value) => [value, t(`spans.${value}`)])}
        onChange={(value) => onChange(withValue(query, 'since', value))}
      />
      {(['rule', 'session'] as const).map(
        (name) =>
          query[name] !== undefined && (
            <Chip key={name} tone="accent" className="h-6 max-w-56 pr-0.5 pl-2 text-xs">
              <span className="truncate">{t(`filter.${name}`, { name: query[name] })}</span>
              <Button
                look="bare"
                size="icon"
                className="size-5"
                aria-label={t('drop', { name: t(`filter.${name}`, { name: query[name] }) })}
                onClick={() => onChange(withValue(query, name, ''))}
              >
                <X aria-hidden="true" className="size-3" />
              </Button>
            </Chip>
          ),
      )}
      {Object.keys(query).length > 0 && (
        <Button look="bare" size="small" onClick={() => onChange({})}>
          {t('clear')}
        </Button>
      )}
    </div>
  );
});

function FilterButton({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      {name}
      {value !== '' && <span className="max-w-28 truncate text-accent">{value}</span>}
      <ChevronDown aria-hidden="true" className="size-3 text-ink-faint" />
    </>
  );
}

function ListFilter({
  list,
  options,
  chosen,
  onChange,
}: {
  readonly list: FilterList;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}) {
  const { t } = useTranslation('turns');
  const word = (value: string): string => {
    const verdict = list === 'verdicts' ? ACTIONS.find((action) => action === value) : undefined;
    if (verdict !== undefined) return verdictWord(verdict);
    return list === 'tiers' && value === 'unknown' ? t('tierUnknown') : value;
  };
  const shown = chosen.length > 1 ? String(chosen.length) : chosen.map(word).join('');
  const all = [...new Set([...options, ...chosen])];
  return (
    <Menu
      label={t(`filter.${list}`)}
      align="start"
      trigger={
        <Button size="small" className="h-7">
          <FilterButton name={t(`filter.${list}`)} value={shown} />
        </Button>
      }
    >
      {all.length === 0 && (
        <MenuItem disabled onSelect={() => undefined}>
          {t('noValues')}
        </MenuItem>
      )}
      {all.map((value) => (
        <MenuChoice
          key={value}
          checked={chosen.includes(value)}
          onChange={(on) => onChange(on ? [...chosen, value] : chosen.filter((other) => other !== value))}
        >
          {word(value)}
        </MenuChoice>
      ))}
    </Menu>
  );
}

function OneFilter({
  name,
  value,
  options,
  onChange,
}: {
  readonly name: string;
  /** Empty is any. */
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <Menu
      label={name}
      align="start"
      trigger={
        <Button size="small" className="h-7">
          <FilterButton name={name} value={options.find(([option]) => option === value)?.[1] ?? ''} />
        </Button>
      }
    >
      {options.map(([option, word]) => (
        <MenuChoice key={option} checked={option === value} onChange={(on) => onChange(on ? option : '')}>
          {word}
        </MenuChoice>
      ))}
    </Menu>
  );
}
