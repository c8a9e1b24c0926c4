import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../shared/settings.ts';
import { Panel } from '../../components/panel.tsx';
import type { SettingsChanges } from '../../settings-change.ts';
import { NumberRow } from './number-row.tsx';
import { SwitchRow } from './setting-row.tsx';

/** Whether and how much of the raw traffic is kept for finding faults. */
export function DumpSettings({
  dump,
  changes,
}: {
  readonly dump: Settings['dump'];
  readonly changes: SettingsChanges;
}) {
  const { t } = useTranslation('settings');
  const set = (name: string, value: Partial<Settings['dump']>): Promise<boolean> =>
    changes.change(name, 'dump', (before) => ({ ...before, ...value }));
  return (
    <Panel title={t('parts.dump')}>
      <SwitchRow
        name="dumpOn"
        changes={changes}
        checked={dump.enabled}
        onChange={(enabled) => void set('dumpOn', { enabled })}
      />
      {dump.enabled && (
        <>
          <NumberRow
            name="dumpSize"
            changes={changes}
            unit={t('unit.kib')}
            value={dump.maxKiB}
            bounds={{ min: 1, max: 65_536 }}
            onCommit={(size) => void set('dumpSize', { maxKiB: size ?? dump.maxKiB })}
          />
          <NumberRow
            name="dumpFiles"
            changes={changes}
            unit={t('unit.turns')}
            value={dump.maxFiles}
            bounds={{ min: 1, max: 10_000 }}
            onCommit={(files) => void set('dumpFiles', { maxFiles: files ?? dump.maxFiles })}
          />
          <NumberRow
            name="dumpHours"
            changes={changes}
            unit={t('unit.hours')}
            value={dump.maxAgeHours}
            bounds={{ min: 1, max: 720 }}
            onCommit={(hours) => void set('dumpHours', { maxAgeHours: hours ?? dump.maxAgeHours })}
          />
        </>
      )}
    </Panel>
  );
}
