import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMutation } from '@tanstack/react-query';
import type { TurnFilter } from '../../../shared/calls/turn.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Menu, MenuItem, MenuLabel } from '../../components/menu.tsx';
import { saveFile } from '../../components/save-file.ts';
import { useGateway } from '../../gateway.tsx';

/** The formats that turns are exported in, with their types. */
const FORMATS = { csv: 'text/csv', jsonl: 'application/jsonl' } as const;

type Format = keyof typeof FORMATS;

/** Saves every turn that passes the filter as a file. */
export function ExportMenu({ filter }: { readonly filter: TurnFilter }) {
  const { t } = useTranslation('turns');
  const { client } = useGateway();
  const save = useMutation({
    mutationFn: async (format: Format) => {
      const pieces: string[] = [];
      let after: number | null = 0;
      while (after !== null) {
        const piece: { readonly text: string; readonly next: number | null } = await client.call('export.piece', {
          format,
          filter,
          after,
        });
        pieces.push(piece.text);
        after = piece.next;
      }
      saveFile(`tiergate-turns.${format}`, FORMATS[format], pieces);
    },
  });
  return (
    <>
      <Menu
        label={t('export')}
        trigger={
          <Button size="small" busy={save.isPending}>
            <Download aria-hidden="true" className="size-3.5" />
            {t('export')}
          </Button>
        }
      >
        <MenuLabel>{t('exportWhy')}</MenuLabel>
        <MenuItem onSelect={() => save.mutate('csv')}>CSV</MenuItem>
        <MenuItem onSelect={() => save.mutate('jsonl')}>JSON Lines</MenuItem>
      </Menu>
      {save.error !== null && (
        <Dialog title={t('export')} onClose={() => save.reset()}>
          <ErrorState error={save.error} />
        </Dialog>
      )}
    </>
  );
}
