import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../shared/settings.ts';
import { Panel } from '../../components/panel.tsx';
import { Segments } from '../../components/segments.tsx';
import { Select } from '../../components/select.tsx';
import type { SettingsChanges } from '../../settings-change.ts';
import { SettingRow, SwitchRow } from './setting-row.tsx';

/** How the window looks, and what the desktop app does by itself. */
export function AppSettings({ app, changes }: { readonly app: Settings['app']; readonly changes: SettingsChanges }) {
  const { t } = useTranslation('settings');
  const set = (name: string, value: Partial<Settings['app']>): Promise<boolean> =>
    changes.change(name, 'app', (before) => ({ ...before, ...value }));
  return (
    <Panel title={t('parts.app')}>
      <SettingRow name="theme" changes={changes}>
        <Segments
          label={t('rows.theme.label')}
          value={app.theme}
          options={(['system', 'light', 'dark'] as const).map((value) => ({ value, name: t(`themes.${value}`) }))}
          onChange={(theme) => void set('theme', { theme })}
        />
      </SettingRow>
      <SettingRow name="language" changes={changes}>
        <Select
          label={t('rows.language.label')}
          value={app.language}
          options={(['system', 'en', 'zh'] as const).map((value) => ({ value, name: t(`languages.${value}`) }))}
          onChange={(language) => void set('language', { language })}
        />
      </SettingRow>
      {/* The page cannot know what else was started, but a window in a browser is no window of the app. */}
      {window.tiergate === undefined && (
        <p className="border-b border-line bg-warn-wash px-4 py-2 text-xs text-pretty">{t('headless')}</p>
      )}
      <SwitchRow
        name="login"
        changes={changes}
        checked={app.launchAtLogin}
        onChange={(launchAtLogin) => void set('login', { launchAtLogin })}
      />
      <SettingRow name="notify" changes={changes}>
        <Segments
          label={t('rows.notify.label')}
          value={app.notify}
          options={(['all', 'important', 'none'] as const).map((value) => ({ value, name: t(`notices.${value}`) }))}
          onChange={(notify) => void set('notify', { notify })}
        />
      </SettingRow>
      <SwitchRow
        name="updates"
        changes={changes}
        checked={app.updates}
        onChange={(updates) => void set('updates', { updates })}
      />
    </Panel>
  );
}
