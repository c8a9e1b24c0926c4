import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PROVIDERS } from '../../../shared/account.ts';
import type { Settings } from '../../../shared/settings.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu, MenuChoice } from '../../components/menu.tsx';
import { Panel } from '../../components/panel.tsx';
import { Select } from '../../components/select.tsx';
import { useStatus } from '../../gateway-state.ts';
import { useGateway } from '../../gateway.tsx';
import { windowAddress } from '../../session.ts';
import type { SettingsChanges } from '../../settings-change.ts';
import { listOf } from '../../words/figure.ts';
import { NumberRow } from './number-row.tsx';
import { SettingRow, SwitchRow } from './setting-row.tsx';

/** How the gateway listens. */
export function GatewaySettings({
  gateway,
  changes,
}: {
  readonly gateway: Settings['gateway'];
  readonly changes: SettingsChanges;
}) {
  const { t } = useTranslation('settings');
  const [opening, setOpening] = useState(false);
  const set = (name: string, value: Partial<Settings['gateway']>): Promise<boolean> =>
    changes.change(name, 'gateway', (before) => ({ ...before, ...value }));
  return (
    <Panel title={t('parts.gateway')}>
      <SettingRow name="host" changes={changes}>
        <Select
          label={t('rows.host.label')}
          value={gateway.host}
          options={[
            { value: '127.0.0.1', name: t('hosts.v4') },
            { value: '::1', name: t('hosts.v6') },
            { value: 'localhost', name: t('hosts.name') },
          ]}
          onChange={(host) => void set('host', { host })}
        />
      </SettingRow>
      <NumberRow
        name="port"
        changes={changes}
        note={<PortNote gateway={gateway} />}
        value={gateway.port}
        bounds={{ min: 1, max: 65_535 }}
        onCommit={(port) => void set('port', { port: port ?? gateway.port })}
      />
      <SwitchRow
        name="lan"
        changes={changes}
        checked={gateway.lan}
        onChange={(lan) => (lan ? setOpening(true) : void set('lan', { lan }))}
      />
      <SettingRow name="ownKeys" changes={changes}>
        <OwnKeys chosen={gateway.ownKeys} onChange={(ownKeys) => void set('ownKeys', { ownKeys: [...ownKeys] })} />
      </SettingRow>
      <NumberRow
        name="bodyLimit"
        changes={changes}
        unit={t('unit.mib')}
        value={gateway.bodyLimitMiB}
        bounds={{ min: 1, max: 512 }}
        onCommit={(size) => void set('bodyLimit', { bodyLimitMiB: size ?? gateway.bodyLimitMiB })}
      />
      <NumberRow
        name="messageLimit"
        changes={changes}
        unit={t('unit.mib')}
        value={gateway.messageLimitMiB}
        bounds={{ min: 1, max: 128 }}
        onCommit={(size) => void set('messageLimit', { messageLimitMiB: size ?? gateway.messageLimitMiB })}
      />
      <SwitchRow
        name="compress"
        changes={changes}
        checked={gateway.compressSockets}
        onChange={(compressSockets) => void set('compress', { compressSockets })}
      />
      {opening && (
        <LanDialog
          onClose={() => setOpening(false)}
          onOpen={() => {
            setOpening(false);
            void set('lan', { lan: true });
          }}
        />
      )}
    </Panel>
  );
}

/** Where the gateway listens now, if that is not what the setting says. */
function PortNote({ gateway }: { readonly gateway: Settings['gateway'] }) {
  const { t } = useTranslation('settings');
  const { connection } = useGateway();
  const { data: status } = useStatus();
  const address = windowAddress(gateway);
  // In a browser the window came from the port that is left: it cannot follow by itself, but it can say where to.
  if (connection === 'lost' && address !== null) {
    return (
      <span className="flex flex-wrap items-center gap-2">
        {t('moved')}
        {/* No link: the gateway answers nobody who comes from another page, this one on its old port included. */}
        <CopyButton look="quiet" text={address} label={t('movedCopy')}>
          {t('movedCopy')}
        </CopyButton>
      </span>
    );
  }
  const baseUrl = status?.baseUrl ?? null;
  const port = baseUrl === null ? null : Number(new URL(baseUrl).port);
  return port === null || port === gateway.port ? null : t('otherPort', { port: String(port) });
}

type Provider = Settings['gateway']['ownKeys'][number];

/** The providers for which a tool may bring a key of its own. */
function OwnKeys({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Provider[];
  readonly onChange: (providers: readonly Provider[]) => void;
}) {
  const { t } = useTranslation('settings');
  const shown = chosen.length === 0 ? t('noProvider') : listOf(chosen.map((provider) => t(`providers.${provider}`)));
  return (
    <Menu
      label={t('rows.ownKeys.label')}
      trigger={
        <Button aria-label={`${t('rows.ownKeys.label')}: ${shown}`} className="max-w-72">
          <span className="truncate">{shown}</span>
        </Button>
      }
    >
      {PROVIDERS.map((provider) => (
        <MenuChoice
          key={provider}
          checked={chosen.includes(provider)}
          onChange={(on) => onChange(on ? [...chosen, provider] : chosen.filter((other) => other !== provider))}
        >
          {t(`providers.${provider}`)}
        </MenuChoice>
      ))}
    </Menu>
  );
}

function LanDialog({ onOpen, onClose }: { readonly onOpen: () => void; readonly onClose: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <ConfirmDialog
      title={t('lan.title')}
      keep={t('lan.keep')}
      confirm={t('lan.on')}
      busy={false}
      error={null}
      onConfirm={onOpen}
      onClose={onClose}
    >
      <p>{t('lan.text')}</p>
      <p className="font-medium text-ink">{t('lan.only')}</p>
    </ConfirmDialog>
  );
}
