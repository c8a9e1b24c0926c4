import {
  keepPreviousData,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { CallInput, CallName, CallOutput } from '../shared/control.ts';
import { callKey } from './call-key.ts';
import { useGateway } from './gateway.tsx';
import { isSessionOver } from './words/fault-word.ts';

/** Milliseconds between attempts after a failed question. */
const ASK_AGAIN = 3000;

function askAgain(error: Error | null, every: number | undefined): number | false {
  if (error === null) return every ?? false;
  return isSessionOver(error) ? false : ASK_AGAIN;
}

/** What a question may be given besides its input. */
interface AskOptions {
  readonly enabled?: boolean;
  /** Keeps the answer to the question before on the screen while another input is being answered. */
  readonly keep?: boolean;
  /** Milliseconds after which it is asked again, for what no push tells of. */
  readonly every?: number;
  /** False leaves a failure at that, where asking again by itself would trouble the person. */
  readonly again?: boolean;
}

/** An answer of the gateway, kept fresh by pushes. */
export function useAnswer<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  { enabled = true, keep = false, every, again = true }: AskOptions = {},
): UseQueryResult<CallOutput<Name>> {
  const { client } = useGateway();
  return useQuery<CallOutput<Name>>({
    queryKey: callKey(name, input),
    queryFn: () => client.call(name, input),
    refetchInterval: again ? ({ state }) => askAgain(state.error, every) : false,
    enabled,
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** A command to the gateway; when it has been done, the answers of the calls in `refresh` are asked for again. */
export function useCommand<Name extends CallName>(
  name: Name,
  refresh: readonly CallName[] = [],
): UseMutationResult<CallOutput<Name>, Error, CallInput<Name>> {
  const { client } = useGateway();
  const queries = useQueryClient();
  return useMutation<CallOutput<Name>, Error, CallInput<Name>>({
    mutationFn: (input) => client.call(name, input),
    onSuccess: () => {
      for (const stale of refresh) void queries.invalidateQueries({ queryKey: callKey(stale) });
    },
    // An answer may hold a local key, which nothing but the dialog that shows it shall hold.
    gcTime: 0,
  });
}
