import { Plus } from 'lucide-react';
import { useState } from 'react';
import { ToolNameSchema } from '../../shared/settings.ts';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Dialog, DialogClose } from '../components/dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { useAddTool } from '../gateway-state.ts';
import { ConnectExamples } from './connect-examples.tsx';

/** Makes a tool and shows its key, once. */
export function AddTool({ baseUrl }: { readonly baseUrl: string | null }) {
  const add = useAddTool();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (): void => {
    if (add.isPending) return;
    const parsed = ToolNameSchema.safeParse(name.trim());
    setProblem(parsed.success ? null : problemOf(name));
    if (parsed.success) add.mutate(parsed.data, { onSuccess: () => setName('') });
  };

  return (
    <>
      <form
        aria-label="Add a tool"
        className="flex items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name of the new tool"
          placeholder="codex"
          value={name}
          problem={problem}
          className="w-72"
          onChange={({ target }) => {
            setName(target.value);
            setProblem(null);
          }}
        />
        <Button type="submit" look="primary" busy={add.isPending} className="mt-[1.3125rem] h-8">
          <Plus aria-hidden="true" className="size-4" />
          Add tool
        </Button>
      </form>
      {add.error !== null && (
        <div className="mt-3">
          <ErrorState error={add.error} />
        </div>
      )}
      {add.data !== undefined && (
        <Dialog title={`Local key for ${add.data.name}`} onClose={() => add.reset()}>
          <NewKey name={add.data.name} localKey={add.data.key} baseUrl={baseUrl} />
        </Dialog>
      )}
    </>
  );
}

function NewKey({
  name,
  localKey,
  baseUrl,
}: {
  readonly name: string;
  readonly localKey: string;
  readonly baseUrl: string | null;
}) {
  return (
    <>
      <p className="text-ink-soft">
        Copy it now: only its hash is kept, so it cannot be shown again. If it gets lost, revoke {name} and add it anew.
      </p>
      <div className="mt-3 flex items-center gap-2 rounded-md border border-line-strong bg-canvas py-1.5 pr-1.5 pl-3">
        <code aria-label={`Local key for ${name}`} className="min-w-0 flex-1 font-mono text-xs break-all select-all">
          {localKey}
        </code>
        <CopyButton text={localKey} label="Copy the local key" look="primary" autofocus>
          Copy key
        </CopyButton>
      </div>
      {baseUrl !== null && (
        <div className="mt-5">
          <h3 className="mb-2 font-semibold">Connect {name}</h3>
          <ConnectExamples baseUrl={baseUrl} localKey={localKey} />
        </div>
      )}
      <div className="mt-5 flex justify-end">
        <DialogClose>Done</DialogClose>
      </div>
    </>
  );
}

function problemOf(name: string): string {
  if (name.trim() === '') return 'A tool needs a name.';
  return 'Up to 64 letters, digits, blanks and . _ @ -, beginning with a letter or digit.';
}
