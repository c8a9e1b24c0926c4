import { FileJson } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Policy } from '../../../shared/policy.ts';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/clipboard.ts';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { saveFile } from '../../components/save-file.ts';
import type { PolicyChanges } from '../../policy-save.ts';
import { PolicyImport } from './policy-import.tsx';

/** The policy as JSON: out to a file or the clipboard, and in. */
export function PolicyFileMenu({ policy, changes }: { readonly policy: Policy; readonly changes: PolicyChanges }) {
  const { t } = useTranslation('policy');
  const [importing, setImporting] = useState(false);
  const text = (): string => `${JSON.stringify({ rules: policy.rules }, null, 2)}\n`;
  return (
    <>
      <Menu
        label={t('file.menu')}
        trigger={
          <Button>
            <FileJson aria-hidden="true" className="size-3.5" />
            {t('file.menu')}
          </Button>
        }
      >
        <MenuItem onSelect={() => setImporting(true)}>{t('file.import')}</MenuItem>
        <MenuItem onSelect={() => saveFile('tiergate-policy.json', 'application/json', [text()])}>
          {t('file.export')}
        </MenuItem>
        <MenuItem onSelect={() => void copyText(text())}>{t('file.copy')}</MenuItem>
      </Menu>
      {importing && <PolicyImport changes={changes} onClose={() => setImporting(false)} />}
    </>
  );
}
