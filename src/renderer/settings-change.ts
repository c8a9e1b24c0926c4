import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Section } from '../shared/calls/app.ts';
import type { Settings } from '../shared/settings.ts';
import { useAnswer } from './call.ts';
import { callKey } from './call-key.ts';
import { useGateway } from './gateway.tsx';

/** One change that can be taken back: a part of the settings before and after it, and where on the page it was made. */
interface Step {
  readonly place: string;
  readonly section: Section;
  readonly before: unknown;
  readonly after: unknown;
}

/** A change that is wanted; `edit` gets the part in force at that moment. */
interface Wanted {
  readonly place: string;
  readonly section: Section;
  readonly edit: (value: unknown) => unknown;
}

/** The last change can still be taken back after a look at another page. */
const LAST_STEP = ['settings.step'];

/**
 * The settings in force, and how they are changed: at once, one change after the other, each into what is in force at that
 * moment. The last one can be taken back until somebody else has changed the same part.
 */
export function useSettingsChanges() {
  const { client } = useGateway();
  const queries = useQueryClient();
  const settings = useAnswer('settings.get', {});
  const { data: last } = useQuery<Step | null>({
    queryKey: LAST_STEP,
    queryFn: () => null,
    enabled: false,
    initialData: null,
    gcTime: Infinity,
  });
  const save = useMutation({
    // One save after the other: two at once would each undo the other's change.
    scope: { id: 'settings' },
    mutationFn: async ({ place, section, edit }: Wanted) => {
      const before = (await client.call('settings.get'))[section];
      const after = await client.call('settings.set', { section, value: edit(before) });
      return { after, step: { place, section, before, after: after[section] } };
    },
    onSuccess: ({ after, step }) => {
      queries.setQueryData(callKey('settings.get', {}), after);
      // What changed nothing leaves the change before it to be taken back.
      if (JSON.stringify(step.before) !== JSON.stringify(step.after)) queries.setQueryData(LAST_STEP, step);
    },
  });
  const place = save.variables?.place ?? null;
  const isLast =
    last !== null &&
    settings.data !== undefined &&
    JSON.stringify(last.after) === JSON.stringify(settings.data[last.section]);
  const wanted = save.isPending ? save.variables : null;
  const shown =
    settings.data === undefined || wanted === null
      ? settings.data
      : { ...settings.data, [wanted.section]: wanted.edit(settings.data[wanted.section]) };

  return {
    settings,
    /** The settings as they will be when what is being saved is in force, so that a control does not jump back meanwhile. */
    shown,
    /** Settles when the change is in force; a refusal stands in `failure`. */
    change: async <Name extends Section>(
      where: string,
      section: Name,
      edit: (value: Settings[Name]) => Settings[Name],
    ): Promise<boolean> => {
      try {
        await save.mutateAsync({ place: where, section, edit: (value) => edit(value as Settings[Name]) });
        return true;
      } catch {
        return false;
      }
    },
    /** Where a change is being saved; null while none is. */
    pending: save.isPending ? place : null,
    /** What was refused last, and where. */
    failure: save.error === null || place === null ? null : { place, error: save.error },
    /** Where the change was made that `undo` takes back; null where there is none. */
    changed: isLast ? last.place : null,
    undo: (): void => {
      if (last === null || !isLast) return;
      save.mutate(
        { place: last.place, section: last.section, edit: () => last.before },
        { onSuccess: () => queries.setQueryData(LAST_STEP, null) },
      );
    },
    /** Forgets what was refused, as when its dialog is closed. */
    reset: save.reset,
  };
}

/** What may be done with the settings. */
export type SettingsChanges = ReturnType<typeof useSettingsChanges>;
