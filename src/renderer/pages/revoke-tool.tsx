import { Button } from '../components/button.tsx';
import { Dialog, DialogClose } from '../components/dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { useRevokeTool } from '../gateway-state.ts';

/** Asks before a tool's key is taken away. */
export function RevokeTool({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const revoke = useRevokeTool();
  return (
    <Dialog title={`Revoke ${name}?`} onClose={onClose}>
      <p className="text-ink-soft">
        Its key stops working at once, and a program that still uses it gets 401. Its turns stay in the list. This
        cannot be undone; a new key comes from adding the tool again.
      </p>
      {revoke.error !== null && (
        <div className="mt-3">
          <ErrorState error={revoke.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <DialogClose data-autofocus="true">Keep it</DialogClose>
        <Button look="danger" busy={revoke.isPending} onClick={() => revoke.mutate(name, { onSuccess: onClose })}>
          {revoke.isPending ? 'Revoking…' : 'Revoke'}
        </Button>
      </div>
    </Dialog>
  );
}
