import { type Json, isJson } from './exact-json.ts';

/** Why a Responses answer is not complete; null when it is. */
export function incompleteReason(response: Json): string | null {
  if (response['status'] !== 'incomplete') return null;
  const details = response['incomplete_details'];
  const reason = isJson(details) ? details['reason'] : null;
  return typeof reason === 'string' ? reason : 'max_output_tokens';
}
