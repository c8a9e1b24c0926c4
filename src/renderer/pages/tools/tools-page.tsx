import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { CallOutput } from '../../../shared/control.ts';
import { usePolicy, useStatus } from '../../gateway-state.ts';
import { navigate, useRoute } from '../../route.ts';
import { AddTool } from './add-tool.tsx';
import { ConnectExamples } from './connect-examples.tsx';
import { LimitDialog } from './limit-dialog.tsx';
import { RevokeTool } from './revoke-tool.tsx';
import { RotateTool } from './rotate-tool.tsx';
import { type ToolDialog, ToolRow } from './tool-row.tsx';

const ADDING = hrefOf('tools', null, { add: '1' });

type Tools = CallOutput<'tool.list'>['tools'];

/** The local programs that may use the gateway. */
export function ToolsPage() {
  const { t } = useTranslation('tools');
  const tools = useAnswer('tool.list', {});
  const { data: status } = useStatus();
  const route = useRoute();
  const baseUrl = status?.baseUrl ?? null;
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button look="primary" onClick={() => navigate(ADDING)}>
          <Plus aria-hidden="true" className="size-3.5" />
          {t('add.open')}
        </Button>
      }
    >
      {tools.data !== undefined ? (
        <ToolList tools={tools.data.tools} baseUrl={baseUrl} marked={route.id} />
      ) : tools.error !== null ? (
        <ErrorState error={tools.error} onRetry={() => void tools.refetch()} />
      ) : (
        <Panel className="overflow-hidden">
          <Skeleton label={t('reading')} rows={3} />
        </Panel>
      )}
      {baseUrl !== null && (
        <Panel title={t('connect.title')}>
          <div className="px-4 py-3.5">
            <p className="mb-2.5 text-ink-soft">{t('connect.lead')}</p>
            <ConnectExamples baseUrl={baseUrl} localKey={null} />
          </div>
        </Panel>
      )}
      {'add' in route.query && (
        <AddTool
          baseUrl={baseUrl}
          taken={tools.data?.tools.map(({ name }) => name) ?? []}
          onClose={() => navigate(hrefOf('tools'), { replace: true })}
        />
      )}
    </Page>
  );
}

function ToolList({
  tools,
  baseUrl,
  marked,
}: {
  readonly tools: Tools;
  readonly baseUrl: string | null;
  /** The tool that the address means. */
  readonly marked: string | null;
}) {
  const { t } = useTranslation('tools');
  const now = useMinute();
  const policy = usePolicy();
  const sums = useAnswer('bill.sums', { by: ['tool'] });
  const [dialog, setDialog] = useState<ToolDialog | null>(null);
  const close = (): void => setDialog(null);
  if (tools.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<KeyRound />} title={t('empty.title')}>
          <p>{t('empty.text')}</p>
          <ButtonLink look="primary" className="mt-4" href={ADDING}>
            {t('add.open')}
          </ButtonLink>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel aria-label={t('list')}>
      <ul>
        {tools.map((tool) => (
          <ToolRow
            key={tool.name}
            tool={tool}
            now={now}
            marked={tool.name === marked}
            rules={policy.data?.rules.filter((rule) => rule.tools.includes(tool.name)) ?? []}
            sums={sums.data === undefined ? undefined : sums.data.groups.find(({ key }) => key[0] === tool.name)?.sums}
            onDialog={setDialog}
          />
        ))}
      </ul>
      {dialog?.kind === 'limit' && <LimitDialog tool={dialog.tool} onClose={close} />}
      {dialog?.kind === 'rotate' && <RotateTool name={dialog.tool.name} baseUrl={baseUrl} onClose={close} />}
      {dialog?.kind === 'revoke' && <RevokeTool name={dialog.tool.name} onClose={close} />}
    </Panel>
  );
}
