import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../shared/settings.ts';
import { Button } from '../../components/button.tsx';
import { Menu, MenuChoice, MenuLabel } from '../../components/menu.tsx';
import { Panel } from '../../components/panel.tsx';
import { useStatus } from '../../gateway-state.ts';
import type { SettingsChanges } from '../../settings-change.ts';
import { listOf } from '../../words/figure.ts';
import { WipeCapture } from '../wipe-capture.tsx';
import { NumberRow } from './number-row.tsx';
import { SettingRow, SwitchRow } from './setting-row.tsx';

/** Whether and how much of what was asked and answered is kept. */
export function CaptureSettings({
  capture,
  changes,
}: {
  readonly capture: Settings['capture'];
  readonly changes: SettingsChanges;
}) {
  const { t } = useTranslation('settings');
  const set = (name: string, value: Partial<Settings['capture']>): Promise<boolean> =>
    changes.change(name, 'capture', (before) => ({ ...before, ...value }));
  return (
    <Panel title={t('parts.capture')}>
      <SwitchRow
        name="captureOn"
        changes={changes}
        checked={capture.enabled}
        onChange={(enabled) => void set('captureOn', { enabled })}
      />
      {capture.enabled && (
        <>
          <SettingRow name="captureTools" changes={changes}>
            <ToolChoice chosen={capture.tools} onChange={(tools) => void set('captureTools', { tools: [...tools] })} />
          </SettingRow>
          <NumberRow
            name="captureSample"
            changes={changes}
            unit={t('unit.percent')}
            value={Math.round(capture.sample * 10_000) / 100}
            bounds={{ min: 0, max: 100, fraction: true }}
            onCommit={(share) => void set('captureSample', { sample: (share ?? 100) / 100 })}
          />
          <NumberRow
            name="captureSize"
            changes={changes}
            unit={t('unit.kib')}
            value={capture.maxKiB}
            bounds={{ min: 1, max: 10_240 }}
            onCommit={(size) => void set('captureSize', { maxKiB: size ?? capture.maxKiB })}
          />
          <NumberRow
            name="captureDays"
            changes={changes}
            unit={t('unit.days')}
            value={capture.retentionDays}
            bounds={{ min: 1, max: 365 }}
            onCommit={(days) => void set('captureDays', { retentionDays: days ?? capture.retentionDays })}
          />
        </>
      )}
      <SettingRow name="captureWipe" changes={changes}>
        <WipeCapture />
      </SettingRow>
    </Panel>
  );
}

function ToolChoice({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly onChange: (tools: readonly string[]) => void;
}) {
  const { t } = useTranslation('settings');
  const { data: status } = useStatus();
  // A tool that has been revoked since can still be taken off the list.
  const names = [...new Set([...(status?.tools ?? []).map(({ name }) => name), ...chosen])];
  return (
    <Menu
      label={t('rows.captureTools.label')}
      trigger={
        <Button aria-label={`${t('rows.captureTools.label')}: ${nameOf(chosen, t('everyTool'))}`} className="max-w-72">
          <span className="truncate">{nameOf(chosen, t('everyTool'))}</span>
        </Button>
      }
    >
      {names.length === 0 && <MenuLabel>{t('noTools')}</MenuLabel>}
      {names.map((name) => (
        <MenuChoice
          key={name}
          checked={chosen.includes(name)}
          onChange={(on) => onChange(on ? [...chosen, name] : chosen.filter((other) => other !== name))}
        >
          {name}
        </MenuChoice>
      ))}
    </Menu>
  );
}

function nameOf(tools: readonly string[], everyTool: string): string {
  return tools.length === 0 ? everyTool : listOf(tools);
}
